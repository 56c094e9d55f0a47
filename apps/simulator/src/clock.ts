/**
 * The simulator's clock. Tokens, jti memory, the JWKS cache, quotas and signed URLs all read this one,
 * so that a test moves an hour by setting `offsetMs` instead of waiting.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, offset included. */
  nowMs(): number;
  offsetMs: number;
}

export function createClock(): Clock {
  const clock: Clock = { offsetMs: 0, nowMs: () => Date.now() + clock.offsetMs };
  return clock;
}
