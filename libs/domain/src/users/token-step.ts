/**
 * What to do for a user's access token at one application. API Management takes a refresh token once, and spends it
 * even when it answers that the twelve hours are over (docs/reference/protocol-facts.md §5, §11; ADR 38).
 */

export type TokenStep = 'use' | 'refresh' | 'exchange' | 'wait' | 'sign in again';

/** The newest pair of a session at an application. */
export interface TokenPairTimes {
  /** Grows by one with each new pair. */
  readonly generation: number;
  /** Epoch ms, as the next one. */
  readonly accessExpiresAtMs: number;
  /** Null: there is no refresh token, or it was spent for nothing. */
  readonly refreshExpiresAtMs: number | null;
  /** For how long a replica has been asking for the next pair, in ms; null: none is. */
  readonly spendingForMs: number | null;
}

export interface TokenNeed {
  /** Null: none was issued yet. */
  readonly pair: TokenPairTimes | null;
  /** Null: no ID token is kept. */
  readonly idTokenExpiresAtMs: number | null;
  /** The newest generation that e-RS rejected, and the newest that is to be replaced by now; 0 for none. */
  readonly rejectedGeneration: number;
  readonly dueGeneration: number;
  readonly nowMs: number;
  /** After so long, a replica that asks for the next pair has died. */
  readonly spendingMs: number;
}

/** API Management refreshes tokens for so long from their first issue, which follows the user's authentication. */
const REFRESH_PERIOD_MS = 12 * 3_600_000;
/** What is sent must arrive before it expires. */
const MARGIN_MS = 5_000;
const REFRESH_MARGIN_MS = 30_000;

export function tokenStep(need: TokenNeed): TokenStep {
  const { pair, nowMs } = need;
  const serves =
    pair !== null && lives(pair.accessExpiresAtMs, nowMs) && pair.generation > need.rejectedGeneration;
  if (serves && pair.generation > need.dueGeneration) return 'use';
  if (pair !== null) {
    const { spendingForMs, refreshExpiresAtMs } = pair;
    if (spendingForMs !== null && spendingForMs < need.spendingMs) return serves ? 'use' : 'wait';
    if (spendingForMs === null && lives(refreshExpiresAtMs, nowMs)) return 'refresh';
  }
  if (lives(need.idTokenExpiresAtMs, nowMs)) return 'exchange';
  return serves ? 'use' : 'sign in again';
}

/**
 * Until when a refresh token may be sent, epoch ms: the life that API Management says, and never beyond the twelve
 * hours, which are counted from the user's authentication.
 */
export function refreshUntilMs(issuedAtMs: number, lifeS: number, authenticatedAtMs: number): number {
  const endMs = Math.min(issuedAtMs + lifeS * 1000, authenticatedAtMs + REFRESH_PERIOD_MS);
  return endMs - REFRESH_MARGIN_MS;
}

function lives(untilMs: number | null, nowMs: number): boolean {
  return untilMs !== null && nowMs + MARGIN_MS < untilMs;
}
