/**
 * This process among those that share the rates: its connection to the store, its row there, the rows of the others, and
 * what follows from them: take slots from the store, divide the rate, or send nothing for now (ADR 45). It joins when it
 * first needs a slot, and leaves when it has needed none for a while.
 */
import { randomUUID } from 'node:crypto';
import type { RateShare } from '@gatehouse/domain/policy/rate-limit';
import {
  afterAnswer,
  BEAT_MS,
  HEALTHY,
  heldUntilMs,
  JOINING,
  nextSharing,
  type Replica,
  SILENT_MS,
} from '@gatehouse/domain/policy/rate-sharing';
import { openSlotStore, type SlotStore } from './slot-store.js';
import { StoreClock } from './store-clock.js';

export interface RateReplicaOptions {
  readonly databaseUrl: string;
  readonly monotonicNow: () => number;
  readonly onFault: (error: unknown) => void;
  readonly onWorked: () => void;
  /** What a replica may do has changed, or a wait is over. */
  readonly onChange: () => void;
}

/** `away`: nothing is sent, because there is no connection or it is not known yet what the others do. */
export type RateUse =
  | { readonly kind: 'store' }
  | { readonly kind: 'divided'; readonly share: RateShare }
  | { readonly kind: 'away' };

const AWAY: RateUse = { kind: 'away' };
const IDLE_MS = 600_000;
/** A connection that says nothing for so long is replaced. It is kept until then: its end would mean ours. */
const REPLACE_MS = 5_000;

export class RateReplica {
  readonly id = randomUUID();
  readonly clock = new StoreClock();
  readonly #options: RateReplicaOptions;
  #store: SlotStore | null = null;
  #sharing = JOINING;
  #health = HEALTHY;
  #others: readonly Replica[] = [];
  /** Since when its row says that it has joined; null while it does not. */
  #announcedMs: number | null = null;
  /** Every other replica has read that row: whatever they agree on now, they count on this one. */
  #isKnown = false;
  /** When the statement was sent that has no answer yet; null if none is under way. */
  #unansweredSinceMs: number | null = null;
  /** Settles with the newest statement. */
  #last: Promise<unknown> = Promise.resolve();
  #isConnecting = false;
  /** Whether the rows of the others have been read by this connection. */
  #hasRead = false;
  #isBeating = false;
  #neededMs = -Infinity;
  #lastTookMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RateReplicaOptions) {
    this.#options = options;
  }

  /** Says that slots are needed. */
  need(): void {
    this.#neededMs = this.#options.monotonicNow();
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => {
      this.#tick();
    }, BEAT_MS);
    this.#timer.unref();
    this.#tick();
  }

  /** @param intervalMs between two slots of the application, which is what a change holds up; 0: of any */
  use(intervalMs = 0): RateUse {
    const { members, state } = this.#sharing;
    if (state === 'joining' || !this.#isKnown) return AWAY;
    if (this.#options.monotonicNow() < heldUntilMs(this.#sharing, intervalMs)) return AWAY;
    if (state === 'shared') return { kind: 'store' };
    const index = members.indexOf(this.id);
    return index === -1 ? AWAY : { kind: 'divided', share: { index, count: members.length } };
  }

  /** Whether slots come from the shared store, or are not needed. */
  get isShared(): boolean {
    return this.#timer === null || this.use().kind === 'store';
  }

  /** No other replica is there; one that joins sends nothing before this one knows. */
  get isAlone(): boolean {
    return this.#hasRead && this.#others.length === 0;
  }

  /** How far ahead a slot must be for the answer to come in time, ms. */
  get leadMs(): number {
    return this.#lastTookMs > 5 ? Math.min(this.#lastTookMs * 1.5, 100) : 0;
  }

  /**
   * Makes a statement, once the one before has its answer, and learns from it how the store is and what its clock says.
   */
  ask<T>(statement: (store: SlotStore) => Promise<T>, storeMsIn: (answer: T) => number | null): Promise<T> {
    const answer = this.#last.then(() => this.#askNow(statement, storeMsIn));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #askNow<T>(
    statement: (store: SlotStore) => Promise<T>,
    storeMsIn: (answer: T) => number | null,
  ): Promise<T> {
    const store = this.#store;
    if (store === null) throw new Error('not connected');
    const sentMs = this.#options.monotonicNow();
    this.#unansweredSinceMs = sentMs;
    try {
      const answer = await statement(store);
      const receivedMs = this.#options.monotonicNow();
      this.#lastTookMs = receivedMs - sentMs;
      this.#health = afterAnswer(this.#health, this.#lastTookMs);
      const storeMs = storeMsIn(answer);
      if (storeMs !== null && store === this.#store) this.clock.add({ sentMs, receivedMs, storeMs });
      this.#options.onWorked();
      return answer;
    } catch (error) {
      // A store that answers with errors is no better than one that doesn't answer; a lost connection is noticed by now.
      setImmediate(() => {
        if (store === this.#store) this.#health = afterAnswer(this.#health, Infinity);
      });
      throw error;
    } finally {
      this.#unansweredSinceMs = null;
    }
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#stop();
    await store?.leave(this.id).catch(() => {
      store.cut();
    });
  }

  #tick(): void {
    const nowMs = this.#options.monotonicNow();
    if (nowMs - this.#neededMs > IDLE_MS && this.#unansweredSinceMs === null) {
      void this.close();
      return;
    }
    const silentMs = nowMs - (this.#unansweredSinceMs ?? nowMs);
    if (silentMs > SILENT_MS) this.#health = afterAnswer(this.#health, silentMs);
    if (this.#store === null || silentMs > REPLACE_MS) void this.#connect();
    if (this.#store !== null && !this.#isBeating) void this.#beat();
    this.#update();
  }

  async #connect(): Promise<void> {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    try {
      const store = await openSlotStore(this.#options.databaseUrl, () => {
        if (this.#store === store) this.#lose();
      });
      if (this.#timer === null) {
        store.cut();
        return;
      }
      this.#store?.cut();
      this.#store = store;
      this.#hasRead = false;
      this.#isBeating = false;
      void this.#beat();
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#isConnecting = false;
    }
  }

  async #beat(): Promise<void> {
    const store = this.#store;
    this.#isBeating = true;
    let isAnnounced = true;
    const { monotonicNow, onFault } = this.#options;
    const sentMs = monotonicNow();
    const { state, changedMs } = this.#sharing;
    const atMs = (monotonicMs: number): number | null =>
      this.clock.isKnown ? this.clock.storeMs(monotonicMs) : null;
    const changedAtMs = changedMs === null ? null : atMs(changedMs);
    const beat = { id: this.id, state, sentAtMs: atMs(sentMs), changedAtMs };
    try {
      const { others } = await this.ask(
        (connected) => connected.beat(beat),
        ({ storeMs }) => storeMs,
      );
      if (store !== this.#store) return;
      this.#others = others;
      this.#hasRead = true;
      if (beat.state !== 'joining') this.#announced(sentMs);
      this.#update();
      isAnnounced = beat.state === this.#sharing.state || beat.state !== 'joining';
    } catch (error) {
      onFault(error);
    } finally {
      if (store === this.#store) this.#isBeating = false;
    }
    if (!isAnnounced) void this.#beat();
  }

  #announced(sentMs: number): void {
    const nowMs = this.#options.monotonicNow();
    this.#announcedMs ??= nowMs;
    const announcedMs = this.#announcedMs;
    this.#isKnown ||= this.#others.every(
      ({ state, ageMs }) => state === 'joining' || ageMs < sentMs - announcedMs,
    );
  }

  #update(): void {
    if (this.#store === null || !this.#hasRead || !this.clock.isKnown) return;
    const nowMs = this.#options.monotonicNow();
    this.#sharing = nextSharing(
      this.#sharing,
      { id: this.id, isSlow: this.#health.isSlow },
      this.#others,
      nowMs,
    );
    this.#options.onChange();
  }

  /** Its row goes with its connection, so that the others don't count on it any more: it must begin again. */
  #lose(): void {
    this.#forget();
    this.#options.onChange();
    void this.#connect();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#forget();
  }

  #forget(): void {
    this.#store = null;
    this.#sharing = JOINING;
    this.#health = HEALTHY;
    this.#others = [];
    this.#announcedMs = null;
    this.#isKnown = false;
    this.#hasRead = false;
    this.#isBeating = false;
  }
}
