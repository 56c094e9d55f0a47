/**
 * The rate of each application, kept at the moment of sending. A request reserves its place before it is recorded, and
 * departs in a slot of its application, however long the record took (ADR 45).
 */
import type { DepartureRank } from '@gatehouse/domain/policy/departure-order';
import { mostInMinute, type RateLimit } from '@gatehouse/domain/policy/rate-limit';
import { type Departed, DepartureQueue, type Ready } from './departure-queue.js';
import { createLeastLeft } from './least-left.js';
import type { Slot, SlotSource } from './shared-slots.js';

/** A place in the queue of one application. One request is sent with it, or it is given up. */
export interface Departure {
  /**
   * Waits until the request may leave, and counts it as having left. It must be sent while `mayBeSent`; if it was not,
   * it must depart again.
   * @returns how long it waited, ms
   * @throws the signal's reason if it aborts first, or RateUnavailable; then nothing may be sent
   */
  depart(signal: AbortSignal): Promise<number>;
  /** Whether its slot still lasts. */
  mayBeSent(): boolean;
  /** How many more requests of the application fit into the calendar minute; null while that is not known. */
  remaining(): number | null;
  /** The request will not be sent. Does nothing once it has departed. */
  giveUp(): void;
}

/** No slot was to be had for much longer than expected: the store is away, or others take them all. */
export class RateUnavailable extends Error {
  override readonly name = 'RateUnavailable';
}

export interface RateLimiter {
  /** @returns a place in the queue, or the expected wait in ms if that is too long */
  reserve(
    key: string,
    limit: RateLimit,
    rank: DepartureRank,
    longestWaitMs?: number,
  ): Departure | { readonly waitMs: number };
  /** Requests that wait to depart. */
  readonly waiting: () => number;
  /** The least share of its rate that an application had left, as `LeastLeft` reads it. */
  readonly leastLeft: () => number;
}

export interface RateLimiterOptions {
  /** A place with a longer expected wait is not given. */
  readonly maxWaitMs: number;
  readonly monotonicNow: () => number;
  readonly slots: SlotSource;
}

/** No quota of e-RS is that high, and a timer could not keep it. */
const SHORTEST_INTERVAL_MS = 1;
/** Beyond this many applications, those that are idle are forgotten. */
const FORGET_ABOVE = 10_000;
/** A wait may last so much longer than was expected: for as long as the replicas need to agree on how they share. */
const PATIENCE_MS = 5_000;

export function createRateLimiter({ maxWaitMs, monotonicNow, slots }: RateLimiterOptions): RateLimiter {
  const queues = new Map<string, DepartureQueue>();
  const leastLeft = createLeastLeft(monotonicNow);

  const queueOf = (key: string): DepartureQueue => {
    const known = queues.get(key);
    if (known !== undefined) return known;
    if (queues.size > FORGET_ABOVE) forgetIdle(queues, monotonicNow());
    const queue = new DepartureQueue(key, slots, monotonicNow);
    queues.set(key, queue);
    return queue;
  };

  return {
    leastLeft: leastLeft.read,
    waiting: () => [...queues.values()].reduce((sum, queue) => sum + queue.waiting, 0),

    reserve(key, limit, rank, longestWaitMs = maxWaitMs) {
      if (limit.intervalMs < SHORTEST_INTERVAL_MS) return UNLIMITED;
      const queue = queueOf(key);
      const waitMs = queue.expectedWaitMs(limit, rank);
      if (waitMs > longestWaitMs) return { waitMs };
      const place = { ...rank };
      queue.enter(place, limit);
      const giveUp = (): void => {
        queue.exit(place);
      };
      let slot: Slot | null = null;
      return {
        giveUp,
        mayBeSent: () => slot !== null && monotonicNow() <= slot.untilMs,
        remaining: () => slot?.remaining ?? null,
        async depart(signal) {
          if (slot !== null) {
            queue.handBack(slot);
            queue.enter(place, limit);
          }
          const wait = { signal, sinceMs: monotonicNow(), longestWaitMs: longestWaitMs + PATIENCE_MS };
          try {
            const departed = await departureFrom(queue, limit, place, wait);
            ({ slot } = departed);
            if (slot.remaining !== null) leastLeft.note(slot.remaining / mostInMinute(limit));
            return departed.waitedMs;
          } finally {
            giveUp();
          }
        },
      };
    },
  };
}

interface Wait {
  readonly signal: AbortSignal;
  /** Monotonic ms. */
  readonly sinceMs: number;
  readonly longestWaitMs: number;
}

function departureFrom(
  queue: DepartureQueue,
  limit: RateLimit,
  rank: DepartureRank,
  wait: Wait,
): Promise<Departed> {
  const { signal, sinceMs, longestWaitMs } = wait;
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      queue.remove(ready);
    };
    const ready: Ready = {
      ...{ ...rank, sinceMs },
      leave(departed) {
        settle();
        resolve(departed);
      },
    };
    const stop = (): void => {
      settle();
      reject(signal.aborted ? (signal.reason as Error) : new RateUnavailable('no slot was to be had'));
    };
    const timer = setTimeout(stop, longestWaitMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    else queue.push(ready, limit);
  });
}

const UNLIMITED: Departure = {
  depart: (signal) => (signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve(0)),
  mayBeSent: () => true,
  remaining: () => null,
  giveUp: () => undefined,
};

function forgetIdle(queues: Map<string, DepartureQueue>, nowMs: number): void {
  for (const [key, queue] of queues) if (queue.isIdle(nowMs)) queues.delete(key);
}
