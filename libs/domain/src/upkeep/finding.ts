/** What a scheduled job found that somebody should put right. It lasts as long as its cause, and is announced once. */
import type { Notice } from '../notices/notice.js';

/** Which job looks for it: a run replaces the findings of its watch and touches no others. */
export type Watch = (typeof WATCHES)[number];
export const WATCHES = [
  'unused-client',
  'deprecated-call',
  'refused-sign-ins',
  'unrecorded-signature',
  'signature-log',
  'trail-fault',
  'jwks',
] as const;

export interface Finding {
  /** Of the cause, the same in each run: `unused-client 0b7c…`. */
  readonly key: string;
  /** What is announced when the cause is first seen. */
  readonly notice: Omit<Notice, 'onceKey'>;
}

/** Of the console. */
export const clientPage = ({ environment, name }: { readonly environment: string; readonly name: string }) =>
  `/clients/${environment}~${encodeURIComponent(name)}/show`;
