/**
 * The lease of a live writer. While it has the lease, no other process may close its attempts. It is renewed on a
 * connection of its own, so that a full queue can't delay it. It counts from before a renewal is sent, by the monotonic
 * clock, so that this process gives up (fenceMs) before a sweeper may begin (ttlMs).
 */
import { Connection } from './connection.js';
import type { AuditLogger } from './options.js';
import { renewLease } from './store.js';

export interface LeaseOptions {
  readonly databaseUrl: string;
  readonly writer: string;
  readonly ttlMs: number;
  readonly renewMs: number;
  readonly fenceMs: number;
  readonly monotonicNow: () => number;
  readonly log: AuditLogger;
  readonly onFenced: () => void;
}

export class Lease {
  readonly #options: LeaseOptions;
  readonly #connection: Connection;
  #renewedAt: number;
  #lost = new AbortController();
  #watch: NodeJS.Timeout | null = null;
  #beat: NodeJS.Timeout | null = null;
  #ended = false;
  /** The last renewal failed. */
  #isFailing = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#renewedAt = options.monotonicNow();
    this.#connection = new Connection(options.databaseUrl, options.renewMs);
  }

  start(): void {
    this.#scheduleWatch(this.#options.fenceMs);
    this.#scheduleBeat();
  }

  get held(): boolean {
    return !this.#ended && this.#options.monotonicNow() - this.#renewedAt < this.#options.fenceMs;
  }

  /** Aborts when the lease is lost. Read it again for every attempt: a lease that is regained has a new signal. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The lease was renewed by a statement sent at `sentAtMs`. */
  renewed(sentAtMs: number): void {
    if (sentAtMs <= this.#renewedAt || this.#ended) return;
    this.#renewedAt = sentAtMs;
    if (this.#lost.signal.aborted && this.held) {
      this.#lost = new AbortController();
      this.#scheduleWatch(this.#options.fenceMs);
    }
  }

  /** Gives up the lease for good. */
  end(): void {
    this.#ended = true;
    if (this.#watch !== null) clearTimeout(this.#watch);
    if (this.#beat !== null) clearTimeout(this.#beat);
    this.#lost.abort(new Error('the audit lease has ended'));
    this.#connection.cut();
  }

  #scheduleBeat(): void {
    this.#beat = setTimeout(() => {
      void this.#renew().finally(() => {
        if (!this.#ended) this.#scheduleBeat();
      });
    }, this.#options.renewMs);
    this.#beat.unref();
  }

  async #renew(): Promise<void> {
    const { writer, ttlMs, monotonicNow, log, onFenced } = this.#options;
    const sentAt = monotonicNow();
    try {
      const live = await renewLease(await this.#connection.open(), writer, ttlMs);
      this.#isFailing = false;
      if (live) this.renewed(sentAt);
      else if (!this.#ended) onFenced();
    } catch (error) {
      this.#connection.cut();
      // Once: the outage has lines of its own.
      if (!this.#isFailing) log.warn({ err: error }, 'the audit lease could not be renewed');
      this.#isFailing = true;
    }
  }

  /** Ends the lease when it has not been renewed for fenceMs; otherwise checks again later. */
  #scheduleWatch(afterMs: number): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      const leftMs = this.#options.fenceMs - (this.#options.monotonicNow() - this.#renewedAt);
      if (leftMs > 0) {
        this.#scheduleWatch(leftMs);
        return;
      }
      this.#options.log.error(
        { writer: this.#options.writer },
        'the audit lease is lost; calls in progress are ended',
      );
      this.#lost.abort(new Error('the audit lease is lost'));
    }, afterMs);
    this.#watch.unref();
  }
}
