/** What the worker that dies inside a rotation and the tests about it share. */

/** When it dies. */
export const MOMENTS = [
  'after its claim',
  'after it noted what it will do',
  'after it reached out',
  'after it changed the registry',
  'after it recorded the step',
  'after it gave its claim back',
] as const;
export type Moment = (typeof MOMENTS)[number];

export interface DyingRun {
  /** One owner at most whose step dies after it reached out. */
  readonly deaths: readonly { readonly ownerId: string; readonly diesAt: Moment }[];
  /** Of the clock of the test. */
  readonly offsetMs: number;
  readonly databaseUrl: string;
  readonly kmsUrl: string;
  readonly tokenUrl: string;
  readonly publicUrl: string;
  readonly environment: string;
}
