/**
 * Keeping each APIM application under e-RS's limits: 600 a minute, and 720 a minute smoothed to one every 83 ms
 * (docs/reference/protocol-facts.md §1.6). Generic cell rate algorithm: arithmetic only, storage and waiting are
 * the caller's.
 */
export interface RateLimit {
  /** Average distance between requests, ms. */
  readonly intervalMs: number;
  /** Least distance between two requests, ms. */
  readonly leastMs: number;
}

/** e-RS smooths 600 a minute to one every 83.3 ms; a little more keeps clear of it. */
const LEAST_SHARE = 0.84;

/** @param requestsPerMinute the quota of one application; 600 in production, much lower on the path to live */
export function rateLimitOf(requestsPerMinute: number): RateLimit {
  const intervalMs = 60_000 / requestsPerMinute;
  return { intervalMs, leastMs: intervalMs * LEAST_SHARE };
}

/** Theoretical arrival time of the next conforming request, ms on any steadily growing clock. 0 at first. */
export type RateState = number;

export interface RateDecision {
  /** How long the request must wait before it may be sent, ms; 0: at once. */
  readonly waitMs: number;
  /** The state if the request is let through after that wait. */
  readonly next: RateState;
}

export function nextSlot(limit: RateLimit, state: RateState, nowMs: number): RateDecision {
  const earliest = Math.max(nowMs, state - (limit.intervalMs - limit.leastMs));
  return { waitMs: earliest - nowMs, next: Math.max(state, earliest) + limit.intervalMs };
}
