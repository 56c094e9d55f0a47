/**
 * Decides which rejections are recorded in full, and writes the counts of the others as SYSTEM events: every ten seconds,
 * and when the process ends. Memory is bounded: once too many addresses are counted, new ones share one count.
 */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import {
  countedIn,
  isOver,
  limitOf,
  type Rejection,
  type RejectionLimits,
  type RejectionWindow,
} from '@gatehouse/domain/policy/rejections';
import { systemEvent } from '../system-event.js';

/** A rejection, and the name of its client for readers of the summary. */
export interface NamedRejection extends Rejection {
  readonly clientName: string | null;
}

interface Summary {
  readonly rejection: NamedRejection;
  readonly count: number;
  /** Epoch ms. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface RejectionsOptions {
  readonly limits: RejectionLimits;
  /** Epoch ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  /** True if the database accepts writes and the queue has room. */
  readonly canWrite: () => boolean;
  readonly write: (event: SystemEvent) => Promise<void>;
}

const FLUSH_MS = 10_000;
const SWEEP_MS = 1_000;
const MAX_WINDOWS = 10_000;
const MAX_SUMMARIES = 500;
const OTHERS = 'others';

export class Rejections {
  readonly #options: RejectionsOptions;
  readonly #windows = new Map<string, RejectionWindow>();
  #summaries = new Map<string, Summary>();
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> = Promise.resolve();
  #sweptMs = -Infinity;

  constructor(options: RejectionsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, FLUSH_MS);
    this.#timer.unref();
  }

  /** Counts a rejection. True if it is to be recorded in full; otherwise it is in the next summary. */
  isRecordedInFull(rejection: NamedRejection): boolean {
    const nowMs = this.#options.monotonicNow();
    const limit = limitOf(rejection, this.#options.limits);
    const key = this.#hasRoomFor(limit.key, nowMs) ? limit.key : OTHERS;
    const window = countedIn(this.#windows.get(key), limit, nowMs);
    this.#windows.set(key, window);
    if (window.count <= limit.limit) return true;
    this.summarise(rejection);
    return false;
  }

  /** Counts a rejection in the next summary. */
  summarise(rejection: NamedRejection): void {
    const atMs = this.#options.now();
    this.#add({ rejection, count: 1, firstAtMs: atMs, lastAtMs: atMs });
  }

  /** Writes what is counted, once more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.#flush();
  }

  #hasRoomFor(key: string, nowMs: number): boolean {
    if (this.#windows.has(key) || this.#windows.size < MAX_WINDOWS) return true;
    if (nowMs - this.#sweptMs < SWEEP_MS) return false;
    this.#sweptMs = nowMs;
    for (const [known, window] of this.#windows) if (isOver(window, nowMs)) this.#windows.delete(known);
    return this.#windows.size < MAX_WINDOWS;
  }

  #add(summary: Summary): void {
    const { range, clientId, code } = summary.rejection;
    const own = JSON.stringify([clientId === null ? range : null, clientId, code]);
    const hasRoom = this.#summaries.has(own) || this.#summaries.size < MAX_SUMMARIES;
    const key = hasRoom ? own : JSON.stringify([OTHERS, code]);
    const known = this.#summaries.get(key);
    const rejection = hasRoom ? summary.rejection : { range: OTHERS, clientId: null, clientName: null, code };
    this.#summaries.set(key, {
      // A client may call from several addresses.
      rejection:
        known !== undefined && known.rejection.range !== range ? { ...rejection, range: OTHERS } : rejection,
      count: summary.count + (known?.count ?? 0),
      firstAtMs: Math.min(summary.firstAtMs, known?.firstAtMs ?? Infinity),
      lastAtMs: Math.max(summary.lastAtMs, known?.lastAtMs ?? 0),
    });
  }

  /** A count that can't be written is written next time. */
  async #flush(): Promise<void> {
    if (!this.#options.canWrite()) return;
    const summaries = [...this.#summaries.values()];
    this.#summaries = new Map();
    await Promise.all(
      summaries.map(async (summary) => {
        try {
          await this.#options.write(this.#eventOf(summary));
        } catch {
          this.#add(summary);
        }
      }),
    );
  }

  #eventOf({ rejection, count, firstAtMs, lastAtMs }: Summary): SystemEvent {
    const { range, clientId, clientName, code } = rejection;
    return systemEvent(
      'REJECTION_SUMMARY',
      this.#options.now(),
      { addresses: range, clientName, code, count, firstAtMs, lastAtMs },
      clientId === null ? {} : { clientId },
    );
  }
}
