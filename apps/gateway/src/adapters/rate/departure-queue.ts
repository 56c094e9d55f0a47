/**
 * The requests of one application that wait for a slot to be sent in. When a slot begins, the next request gets it. A
 * slot that no request could use in time is handed back.
 */
import {
  type DepartureRank,
  nextToLeave,
  NO_DEPARTURES,
  placesAhead,
  type WaitingDeparture,
} from '@gatehouse/domain/policy/departure-order';
import type { RateLimit } from '@gatehouse/domain/policy/rate-limit';
import type { Slot, SlotSource } from './shared-slots.js';

/** What a request learns when it leaves. */
export interface Departed {
  readonly waitedMs: number;
  /** The slot in which it must be sent. */
  readonly slot: Slot;
}

/** A request that may be sent. */
export interface Ready extends WaitingDeparture {
  readonly leave: (departed: Departed) => void;
}

/** The weight of the newest gap between two slots in the moving average. */
const NEWEST_GAP_WEIGHT = 0.1;
/** In intervals. A longer gap is a pause of the machine or of the store, and says nothing about the next slots. */
const LONGEST_GAP = 4;

export class DepartureQueue {
  readonly #key: string;
  readonly #slots: SlotSource;
  readonly #monotonicNow: () => number;
  /** Places of requests that have neither left nor given up. */
  readonly #places = new Set<DepartureRank>();
  /** Those of them that may be sent, in the order in which they came. */
  readonly #ready: Ready[] = [];
  #order = NO_DEPARTURES;
  #slot: Slot | null = null;
  #lastSlot: Slot | null = null;
  /** The newest slot, if it was not used. */
  #unused: Slot | null = null;
  #isFetching = false;
  #timer: NodeJS.Timeout | null = null;
  #leftMs = -Infinity;
  #leftBeforeMs = -Infinity;
  /** Between two slots of this process while requests wait, ms; other replicas have those in between. */
  #gapMs = 0;

  constructor(key: string, slots: SlotSource, monotonicNow: () => number) {
    this.#key = key;
    this.#slots = slots;
    this.#monotonicNow = monotonicNow;
  }

  get waiting(): number {
    return this.#ready.length;
  }

  /** Whether the queue can be discarded without a difference to the next request. */
  isIdle(nowMs: number): boolean {
    return this.#places.size === 0 && !this.#isFetching && this.#leftMs < nowMs - 60_000;
  }

  expectedWaitMs(limit: RateLimit, rank: DepartureRank): number {
    const firstMs = Math.max(this.#leftMs + limit.intervalMs, this.#slot?.fromMs ?? 0) - this.#monotonicNow();
    const ahead = placesAhead([...this.#places], rank);
    return Math.max(0, firstMs) + ahead * Math.max(limit.intervalMs, this.#gapMs);
  }

  /** Takes a place, and fetches a slot while INTENT is committed, so that a lone request needn't wait for the store. */
  enter(place: DepartureRank, limit: RateLimit): void {
    this.#places.add(place);
    if (this.#ready.length === 0) this.#fetch(limit);
  }

  exit(place: DepartureRank): void {
    this.#places.delete(place);
  }

  push(ready: Ready, limit: RateLimit): void {
    this.#ready.push(ready);
    this.#serve(limit);
  }

  remove(ready: Ready): void {
    const index = this.#ready.indexOf(ready);
    if (index !== -1) this.#ready.splice(index, 1);
  }

  /** Returns the slot of a request that has left but was not sent after all. */
  handBack(slot: Slot): void {
    if (this.#slot !== null || this.#isFetching || this.#lastSlot !== slot) return;
    this.#unused = slot;
    this.#leftMs = this.#leftBeforeMs;
  }

  #fetch(limit: RateLimit): void {
    if (this.#slot !== null && this.#slot.untilMs < this.#monotonicNow()) {
      this.#unused = this.#slot;
      this.#slot = null;
    }
    if (this.#isFetching || this.#slot !== null) return;
    this.#isFetching = true;
    const isWanted = (): boolean => this.#places.size > 0 || this.#ready.length > 0;
    void this.#slots.next(this.#key, limit, this.#unused, isWanted).then((slot) => {
      this.#isFetching = false;
      // Requests that still wait time out, or end with the process.
      if (this.#slots.isClosed()) return;
      this.#slot = slot;
      this.#lastSlot = slot ?? this.#lastSlot;
      if (slot !== null) this.#unused = null;
      this.#serve(limit);
    });
  }

  /** Uses the slot if it has begun, waits for it if it has not, and fetches another if it is over. */
  #serve(limit: RateLimit): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#ready.length === 0) return;
    const slot = this.#slot;
    if (slot === null) return this.#fetch(limit);
    const nowMs = this.#monotonicNow();
    // After a change of their source, a slot may come too early for the one before.
    const fromMs = Math.max(slot.fromMs, this.#leftMs + slot.leastGapMs);
    if (Math.max(nowMs, fromMs) > slot.untilMs) {
      this.#unused = slot;
      this.#slot = null;
      return this.#fetch(limit);
    }
    if (nowMs >= fromMs) return this.#leave(slot, nowMs, limit);
    this.#timer = setTimeout(
      () => {
        this.#serve(limit);
      },
      Math.ceil(fromMs - nowMs),
    );
  }

  #leave(slot: Slot, nowMs: number, limit: RateLimit): void {
    const { index, order } = nextToLeave(this.#ready, this.#order, nowMs);
    const [first] = this.#ready.splice(index, 1);
    if (first === undefined) return;
    const gapMs = nowMs - Math.max(first.sinceMs, this.#leftMs);
    this.#gapMs += NEWEST_GAP_WEIGHT * (Math.min(gapMs, LONGEST_GAP * limit.intervalMs) - this.#gapMs);
    this.#order = order;
    this.#slot = null;
    this.#leftBeforeMs = this.#leftMs;
    this.#leftMs = nowMs;
    first.leave({ waitedMs: nowMs - first.sinceMs, slot });
    if (this.#ready.length > 0) this.#fetch(limit);
  }
}
