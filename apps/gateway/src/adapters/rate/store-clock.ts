/**
 * The store's clock, as this process knows it from the answers of the store: each was read from that clock at some moment
 * between the sending of the statement and its answer. So the clocks of the replicas don't matter.
 */
import type { RateLimit } from '@gatehouse/domain/policy/rate-limit';

export interface ClockSample {
  /** Monotonic ms, as the next. */
  readonly sentMs: number;
  readonly receivedMs: number;
  /** Epoch ms by the store's clock. */
  readonly storeMs: number;
}

/** When a slot may be used, monotonic ms. */
export interface SlotWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Within this time two clocks drift apart by far less than the tolerance of a slot. */
const REMEMBERED_MS = 10_000;
const DRIFT_MS = 2;
/** How much of a slot's tolerance may be spent on not knowing the store's time exactly. */
const UNCERTAIN_PART = 1 / 3;

export class StoreClock {
  #samples: readonly ClockSample[] = [];
  /** The store's clock is ahead of the monotonic clock by something between the two, ms. */
  #leastAheadMs = -Infinity;
  #mostAheadMs = Infinity;

  get isKnown(): boolean {
    return this.#samples.length > 0;
  }

  add(sample: ClockSample): void {
    const recent = this.#samples.filter(({ receivedMs }) => sample.receivedMs - receivedMs < REMEMBERED_MS);
    this.#remember([...recent, sample]);
    // The store's clock was set, or it is another server's: what was known before is worth nothing.
    if (this.#leastAheadMs > this.#mostAheadMs + DRIFT_MS) this.#remember([sample]);
  }

  /** Epoch ms by the store's clock, as well as it is known. */
  storeMs(monotonicMs: number): number {
    return monotonicMs + this.#aheadMs;
  }

  /** @param atMs when the slot begins by the store's clock */
  windowOf(atMs: number, { toleranceMs }: RateLimit): SlotWindow {
    const doubtMs = Math.max(0, this.#mostAheadMs - this.#leastAheadMs) / 2;
    const marginMs = Math.min(doubtMs, toleranceMs * UNCERTAIN_PART);
    const fromMs = atMs - this.#aheadMs;
    return { fromMs: fromMs + marginMs, untilMs: fromMs + toleranceMs - marginMs };
  }

  get #aheadMs(): number {
    return (this.#leastAheadMs + this.#mostAheadMs) / 2;
  }

  #remember(samples: readonly ClockSample[]): void {
    this.#samples = samples;
    this.#leastAheadMs = Math.max(...samples.map(({ storeMs, receivedMs }) => storeMs - receivedMs));
    this.#mostAheadMs = Math.min(...samples.map(({ storeMs, sentMs }) => storeMs - sentMs));
  }
}
