/** Which attempts are followed by another, and how soon. A write is never sent twice (law 9). */
import { throttledPauseMs } from '@gatehouse/domain/policy/rate-limit';

/** Why another attempt may succeed where this one did not. */
export type RetryReason = 'passing fault' | 'throttled' | 'token rejected' | 'decision changed';

const PASSING_FAULT_PAUSES_MS = [100, 400];
/** Two: a token that was requested before the first was rejected may have been revoked together with it. */
const MAX_NEW_TOKENS = 2;
/** Of such an attempt no byte was sent, so this holds for writes too. */
const MAX_DECISION_CHANGES = 5;

/**
 * @param before how many attempts of this request were followed by another for the same reason
 * @param retryAfter the header's value as e-RS sent it; null if there is none
 * @returns the pause before the next attempt in ms, or null if none may follow
 */
export function retryPauseMs(
  reason: RetryReason,
  before: number,
  readOnly: boolean,
  retryAfter: string | null,
): number | null {
  if (reason === 'decision changed') return before < MAX_DECISION_CHANGES ? 0 : null;
  if (!readOnly) return null;
  switch (reason) {
    case 'token rejected':
      return before < MAX_NEW_TOKENS ? 0 : null;
    case 'passing fault':
      return PASSING_FAULT_PAUSES_MS[before] ?? null;
    case 'throttled':
      return throttledPauseMs(before + 1, retryAfter);
  }
}

/** The retries of one request, of which each reason has its own share. */
export class Retries {
  private readonly readOnly: boolean;
  private readonly taken = new Map<RetryReason, number>();

  constructor(readOnly: boolean) {
    this.readOnly = readOnly;
  }

  /** @returns the pause before the next attempt in ms, or null if none may follow */
  take(reason: RetryReason, retryAfter?: string): number | null {
    const before = this.taken.get(reason) ?? 0;
    const pauseMs = retryPauseMs(reason, before, this.readOnly, retryAfter ?? null);
    if (pauseMs !== null) this.taken.set(reason, before + 1);
    return pauseMs;
  }
}
