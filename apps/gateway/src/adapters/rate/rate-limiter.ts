/**
 * The rate of each application, kept at the moment of sending. A request reserves its place before it is recorded and
 * departs when its turn has come, however long the record took: two requests never leave closer together than the
 * limit allows. Per process for now.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { nextSlot, type RateLimit } from '@gatehouse/domain/policy/rate-limit';

/** A place in the queue of one application. It is used once: by departing or by giving it up. */
export interface Departure {
  /**
   * Waits until the request may leave, and counts it as having left. It must be sent at once.
   * @returns how long it waited, ms
   * @throws the signal's reason if it aborts first; then nothing may be sent
   */
  depart(signal: AbortSignal): Promise<number>;
  /** The request will not be sent. Does nothing once it has departed. */
  giveUp(): void;
}

export interface RateLimiter {
  /** @returns a place in the queue, or the wait in ms if that is too long */
  reserve(
    applicationId: string,
    limit: RateLimit,
    longestWaitMs?: number,
  ): Departure | { readonly waitMs: number };
}

export interface RateLimiterOptions {
  /** A place with a longer expected wait is not given. */
  readonly maxWaitMs: number;
  readonly monotonicNow: () => number;
}

/** No quota of e-RS is that high, and a timer could not keep it. */
const SHORTEST_INTERVAL_MS = 1;
/** Beyond this many applications, those that are idle are forgotten. */
const FORGET_ABOVE = 10_000;

interface Queue {
  /** Earliest time at which the next request may leave. */
  nextMs: number;
  /** Places that were neither used nor given up. */
  waiting: number;
  /** Settles when the last request that was to depart has left or has failed. */
  last: Promise<void>;
}

export function createRateLimiter({ maxWaitMs, monotonicNow }: RateLimiterOptions): RateLimiter {
  const queues = new Map<string, Queue>();

  const queueOf = (applicationId: string): Queue => {
    const known = queues.get(applicationId);
    if (known !== undefined) return known;
    if (queues.size > FORGET_ABOVE) forgetIdle(queues, monotonicNow());
    const queue = { nextMs: 0, waiting: 0, last: Promise.resolve() };
    queues.set(applicationId, queue);
    return queue;
  };

  /** One at a time, so that a late timer delays those behind it instead of letting them leave together. */
  const takeTurn = async (queue: Queue, limit: RateLimit, signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const { waitMs, next } = nextSlot(limit, queue.nextMs, monotonicNow());
      if (waitMs <= 0 || limit.intervalMs < SHORTEST_INTERVAL_MS) {
        queue.nextMs = next;
        return;
      }
      await pause(Math.ceil(waitMs), undefined, { signal });
    }
  };

  return {
    reserve(applicationId, limit, longestWaitMs = maxWaitMs) {
      const queue = queueOf(applicationId);
      const { waitMs } = nextSlot(limit, queue.nextMs, monotonicNow(), queue.waiting);
      if (waitMs > longestWaitMs) return { waitMs };
      queue.waiting += 1;
      let settled = false;
      const settle = (): void => {
        if (!settled) queue.waiting -= 1;
        settled = true;
      };
      return {
        giveUp: settle,
        async depart(signal) {
          const startedMs = monotonicNow();
          const turn = queue.last.then(() => takeTurn(queue, limit, signal)).finally(settle);
          queue.last = turn.catch(() => undefined);
          await turn;
          return monotonicNow() - startedMs;
        },
      };
    },
  };
}

function forgetIdle(queues: Map<string, Queue>, nowMs: number): void {
  for (const [applicationId, { nextMs, waiting }] of queues)
    if (nextMs <= nowMs && waiting === 0) queues.delete(applicationId);
}
