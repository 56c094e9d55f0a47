/** Which calls are repeated, and how soon, as docs/guides/calling.md says. A write is never carried out twice. */
import type { Failure } from './failure.js';
import { REFUSALS } from './refusals.js';

export interface RetryPolicy {
  /** How often a call is repeated at most. 0: never. */
  readonly retries: number;
  /** No repetition begins later than this after the call began, in milliseconds. */
  readonly withinMs: number;
  /** The pause before the first repetition where the answer names none, in milliseconds. Each further one is twice as long. */
  readonly pauseMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 3, withinMs: 60_000, pauseMs: 250 };

export interface FailedAttempt {
  /** Whether the interaction only reads. */
  readonly reads: boolean;
  readonly failure: Failure;
  /** How many repetitions came before. */
  readonly repeated: number;
  /** Since the call began. */
  readonly elapsedMs: number;
}

/**
 * @param chance from 0 to 1, so that many callers that failed together don't come back together
 * @returns the pause before the next attempt in milliseconds, or null if there is none
 */
export function pauseBeforeRetryMs(
  { reads, failure, repeated, elapsedMs }: FailedAttempt,
  policy: RetryPolicy,
  chance: number,
): number | null {
  if (repeated >= policy.retries || !mayBeRepeated(reads, failure)) return null;
  const { retryAfterS } = failure;
  const backOffMs = policy.pauseMs * 2 ** repeated;
  // Never sooner than the answer says, and later by chance.
  const pauseMs =
    retryAfterS === null ? backOffMs * (0.5 + chance / 2) : retryAfterS * 1000 + backOffMs * chance;
  return elapsedMs + pauseMs > policy.withinMs ? null : pauseMs;
}

function mayBeRepeated(reads: boolean, failure: Failure): boolean {
  // A write is repeated only if it is certain that e-RS has got nothing of it.
  if (!reads && failure.fate !== 'NOT_SENT') return false;
  switch (failure.code) {
    case 'NO_ANSWER':
      return true;
    case 'ERS_ERROR':
      return failure.status === 429 || failure.status === 503;
    case 'UNLISTED_CODE':
      return failure.retryAfterS !== null;
    default: {
      const { retryAfterS, readMayBeRepeated } = REFUSALS[failure.code];
      return retryAfterS !== null || (reads && readMayBeRepeated);
    }
  }
}
