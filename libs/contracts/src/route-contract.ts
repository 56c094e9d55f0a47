import type { Permission } from '@gatehouse/domain/governance/permissions';
import type { z } from 'zod';
import type { FaultAt } from './problem.js';

/** One route of the admin API. `ndjson` answers are one JSON object a line, each of the shape `response`. */
export interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `API_PREFIX`; `:name` is a field of `params`. */
  readonly path: string;
  readonly summary: string;
  /** A row of the table in libs/domain/src/governance/permissions.ts. */
  readonly permission: Permission;
  /** Keeps to the organisations of a role that has only some; without this, such people are refused. */
  readonly keepsToReach?: true;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  readonly ndjson?: true;
  /** Answers with a strong `ETag` of exactly the state that is shown, and `no-transform`. */
  readonly etag?: true;
  /** Needs `If-Match` with the `ETag` that was read: 428 without it, 412 when the state is another by now. */
  readonly ifMatch?: true;
  /** May need a second person: then nothing is changed yet, and the answer is 202 with the change that waits. */
  readonly fourEyes?: true;
  /** Larger than the 1 MiB that other bodies may have. */
  readonly maxBodyBytes?: number;
  /** What to do with a body that is larger. */
  readonly tooLarge?: string;
  /** Faults for which a body is refused before its shape is checked. */
  readonly bodyFaults?: (body: unknown) => readonly FaultAt[];
}
