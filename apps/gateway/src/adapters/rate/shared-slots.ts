/** The slots in which requests may leave: from the shared store, or from this replica's share of the rate. */
import {
  dividedSlot,
  mostInMinute,
  type RateLimit,
  type RateShare,
} from '@gatehouse/domain/policy/rate-limit';
import { LONGEST_AHEAD_MS } from '@gatehouse/domain/policy/rate-sharing';
import { RateReplica, type RateReplicaOptions } from './rate-replica.js';
import type { TakenSlot } from './slot-store.js';

export interface Slot {
  /** Its name in the store: when it begins, epoch ms by the store's clock. */
  readonly atMs: number;
  /** When it may be used, monotonic ms. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** How long after the request before it the next may leave at the earliest, ms. */
  readonly leastGapMs: number;
  /** How many more fit into the calendar minute, for all replicas together; null while that is not known. */
  readonly remaining: number | null;
}

export interface SlotSource {
  /**
   * The next free slot. Waits while none can be had.
   * @param unused the slot that was given last, if it was not used
   * @returns null once it is no longer wanted, or the source is closed
   */
  next(key: string, limit: RateLimit, unused: Slot | null, isWanted: () => boolean): Promise<Slot | null>;
  /** Takes part from now on, so that the first request does not wait until the other replicas know this one. */
  join(): void;
  /** False while replicas divide the rate, or can't send at all, because the store is slow or away. */
  readonly isShared: () => boolean;
  readonly isClosed: () => boolean;
  close(): Promise<void>;
}

/** Before the store is asked again for a slot that was too far ahead. */
const TOO_FAR_MS = 50;
/** Within which a change is noticed that nobody announces: the end of a hold. */
const LOOK_AGAIN_MS = 50;

interface Ask {
  readonly key: string;
  readonly limit: RateLimit;
  readonly unusedAtMs: number;
  /** Null: not now. */
  readonly answer: (taken: TakenSlot | null) => void;
}

export type SharedSlotsOptions = Omit<RateReplicaOptions, 'onChange'>;

export function createSharedSlots(options: SharedSlotsOptions): SlotSource {
  const { monotonicNow } = options;
  let isClosed = false;
  const watchers = new Set<() => void>();
  /** In the next statement, by key; then those in the statement that is under way. */
  let asks = new Map<string, Ask>();
  let asked = new Map<string, Ask>();
  /** The latest slot of this process from its own share, by key; epoch ms by the store's clock. */
  const lastAtMs = new Map<string, number>();

  const replica = new RateReplica({
    ...options,
    onChange() {
      // What was asked may never be answered; whatever is given after all is lost.
      if (replica.use().kind === 'store') lastAtMs.clear();
      else giveUp();
      for (const watcher of watchers) watcher();
      watchers.clear();
    },
  });

  const giveUp = (): void => {
    const given = [...asked.values(), ...asks.values()];
    asked = new Map();
    asks = new Map();
    for (const { answer } of given) answer(null);
  };

  const send = async (): Promise<void> => {
    if (asked.size > 0 || asks.size === 0) return;
    const batch = asks;
    asked = batch;
    asks = new Map();
    const requests = [...batch.values()].map(({ key, limit, unusedAtMs }) => ({
      ...{ key, unusedAtMs },
      intervalMs: limit.intervalMs,
    }));
    const taken = await replica
      .ask(
        (store) => store.take(requests, replica.leadMs),
        (slots) => slots[0]?.storeMs ?? null,
      )
      .catch((error: unknown) => {
        options.onFault(error);
        return [];
      });
    if (asked !== batch) return;
    asked = new Map();
    for (const slot of taken) {
      batch.get(slot.key)?.answer(slot);
      batch.delete(slot.key);
    }
    for (const { answer } of batch.values()) answer(null);
    void send();
  };

  const fromStore = (key: string, limit: RateLimit, unused: Slot | null): Promise<TakenSlot | null> =>
    new Promise((resolve) => {
      asks.set(key, { key, limit, unusedAtMs: unused?.atMs ?? -1, answer: resolve });
      // After what else happens now, so that one statement asks for all of it.
      queueMicrotask(() => void send());
    });

  /** Where no other replica sends, lateness is this process's own affair, and a slot need not be lost for it. */
  const slotAt = (atMs: number, limit: RateLimit): Omit<Slot, 'remaining'> => {
    const { fromMs, untilMs } = replica.clock.windowOf(atMs, limit);
    return replica.isAlone
      ? { atMs, fromMs, untilMs: untilMs + limit.intervalMs, leastGapMs: limit.intervalMs }
      : { atMs, fromMs, untilMs, leastGapMs: limit.intervalMs - limit.toleranceMs };
  };

  /** Null if the next one is too far ahead to be given: by then the replicas may share again. */
  const fromShare = (key: string, limit: RateLimit, share: RateShare): Slot | null => {
    const nowMs = replica.clock.storeMs(monotonicNow());
    const atMs = dividedSlot(limit, share, nowMs, lastAtMs.get(key));
    if (atMs > nowMs + LONGEST_AHEAD_MS) return null;
    lastAtMs.set(key, atMs);
    return { ...slotAt(atMs, limit), remaining: null };
  };

  const change = (withinMs: number): Promise<void> =>
    new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        watchers.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, withinMs);
      watchers.add(settle);
    });

  return {
    async next(key, limit, unused, isWanted) {
      while (!isClosed && isWanted()) {
        replica.need();
        const use = replica.use(limit.intervalMs);
        const own = use.kind === 'divided' ? fromShare(key, limit, use.share) : null;
        if (own !== null) return own;
        const taken = use.kind === 'store' ? await fromStore(key, limit, unused) : null;
        if (taken?.isGiven === true && replica.use().kind === 'store') {
          const remaining = Math.max(0, mostInMinute(limit) - taken.usedInMinute);
          return { ...slotAt(taken.atMs, limit), remaining };
        }
        await change(taken === null ? LOOK_AGAIN_MS : TOO_FAR_MS);
      }
      return null;
    },
    join() {
      replica.need();
    },
    isShared: () => replica.isShared,
    isClosed: () => isClosed,
    async close() {
      isClosed = true;
      giveUp();
      await replica.close();
    },
  };
}
