/**
 * Counts in memory what happens too often to have a row each, or while the database is down, and writes the count as one
 * SYSTEM event when that is possible again (faults F1, F5).
 */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { systemEvent } from '../system-event.js';

type Name = 'AUDIT_OUTAGE' | 'DENIED_SUMMARY' | 'CONNECTION_REJECTED';

export interface TallyOptions {
  readonly now: () => number;
  /** True if the database accepts writes and the queue has room. */
  readonly canWrite: () => boolean;
  /** True while only another try shows whether the database takes rows again. */
  readonly mustTry: () => boolean;
  readonly write: (event: SystemEvent) => Promise<void>;
}

/** Events less than this apart belong to one outage. */
const FLUSH_MS = 1_000;

export class Tallies {
  readonly #options: TallyOptions;
  readonly #counts = new Map<Name, { count: number; firstAtMs: number; lastAtMs: number }>();
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#flushing = this.flush(false);
    }, FLUSH_MS);
    this.#timer.unref();
  }

  /** Counts one. */
  add(name: Name): void {
    this.#widen(name, 1, 0);
  }

  /** Records an outage that ends now. It has a beginning and an end even if it affected no request. */
  addSpan(name: Name, lastedMs: number): void {
    this.#widen(name, 0, Math.round(lastedMs));
  }

  #widen(name: Name, count: number, lastedMs: number): void {
    const lastAtMs = this.#options.now();
    const tally = this.#counts.get(name);
    this.#counts.set(name, {
      count: count + (tally?.count ?? 0),
      firstAtMs: Math.min(lastAtMs - lastedMs, tally?.firstAtMs ?? lastAtMs),
      lastAtMs,
    });
  }

  /** Writes the counts. A count that can't be written goes on. */
  async flush(isLast: boolean): Promise<void> {
    if (!isLast) await this.#flushing;
    for (const [name, tally] of this.#counts) {
      const isQuiet = this.#options.now() - tally.lastAtMs >= FLUSH_MS / 2;
      const goesOn = name === 'AUDIT_OUTAGE' && !isQuiet && !this.#options.mustTry();
      if (!this.#options.canWrite() || (goesOn && !isLast)) continue;
      this.#counts.delete(name);
      const { count, firstAtMs, lastAtMs } = tally;
      const facts = { count, firstAtMs, lastAtMs };
      try {
        await this.#options.write(systemEvent(name, this.#options.now(), facts));
      } catch {
        this.#giveBack(name, tally);
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.flush(true);
  }

  #giveBack(name: Name, tally: { count: number; firstAtMs: number; lastAtMs: number }): void {
    const since = this.#counts.get(name);
    this.#counts.set(name, {
      count: tally.count + (since?.count ?? 0),
      firstAtMs: tally.firstAtMs,
      lastAtMs: since?.lastAtMs ?? tally.lastAtMs,
    });
  }
}
