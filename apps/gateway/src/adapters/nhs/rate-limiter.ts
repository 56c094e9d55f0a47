/**
 * A turn for each application under e-RS's limits, with a short queue: whoever would wait longer than the queue
 * holds is told so at once. Per process for now.
 */
import { nextSlot, type RateLimit } from '@gatehouse/domain/policy/rate-limit';

export interface RateLimiter {
  /**
   * Waits for a turn under the application's limit.
   * @returns null when the turn has come, or the ms after which it would pay to try again
   */
  take(applicationId: string, limit: RateLimit): Promise<number | null>;
}

export interface RateLimiterOptions {
  readonly maxWaitMs: number;
  readonly monotonicNow: () => number;
}

const FORGET_AT = 10_000;

export function createRateLimiter({ maxWaitMs, monotonicNow }: RateLimiterOptions): RateLimiter {
  const states = new Map<string, number>();
  return {
    async take(applicationId, limit) {
      const nowMs = monotonicNow();
      const { waitMs, next } = nextSlot(limit, states.get(applicationId) ?? 0, nowMs);
      if (waitMs > maxWaitMs) return waitMs;
      if (states.size > FORGET_AT) forgetIdle(states, nowMs);
      states.set(applicationId, next);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)));
      return null;
    },
  };
}

/** A state that lies in the past is the same as none. */
function forgetIdle(states: Map<string, number>, nowMs: number): void {
  for (const [applicationId, next] of states) if (next <= nowMs) states.delete(applicationId);
}
