/** A kind of background job, as the queue runs it. */
import { causeText, type JobKind } from '@gatehouse/domain/jobs/job-kinds';
import type { z } from 'zod';

export interface BackgroundJob {
  /** Also of its queue and of its scheduler. */
  readonly name: string;
  readonly kind: JobKind;
  /** A strict object of `jobId` and `jobVersion` alone: no data of patients, no secrets, no names. */
  readonly payload: z.ZodType<object>;
  /** May run twice, also at the same time, and has its effect once. `signal` fires when it should stop. */
  readonly run: (payload: object, signal: AbortSignal) => Promise<void>;
}

/** The cause of a failure that no retry can put right. */
export const WRONG_PAYLOAD = 'the payload is not one of this job';

export function causeOf(error: unknown): string {
  return error instanceof Error ? causeText(error.name, error.message) : causeText('Error', String(error));
}
