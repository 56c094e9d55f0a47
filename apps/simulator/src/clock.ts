/**
 * The simulator's clock. Tokens, the jti memory, the JWKS cache, quotas and signed links read this one, so that
 * a test can set `offsetMs` instead of waiting for an hour.
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
