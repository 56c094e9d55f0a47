/**
 * One chain and its queue. Events of concurrent requests are written as one statement (group commit), one batch in
 * flight, since a chain is serial; the next batch gathers meanwhile.
 *
 * Nobody is told "written" before the commit, and nobody is told "not written" about a row that may still commit
 * without the writer taking notice: late commits are handed to `onLateCommit`.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { AuditEvent } from '@gatehouse/domain/audit/audit';
import { digestOfSubjects, EMPTY_CHAIN, encodeRecord, type Head, type SealedSubject } from './chain.js';
import { Connection } from './connection.js';
import type { ChainOptions } from './options.js';
import { EventQueue, unavailable, type Entry } from './queue.js';
import * as store from './store.js';

export type { AuditLogger, AuditMetrics } from './options.js';

const MAX_BATCH = 256;
/** A statement that takes longer than this many budgets is given up and its fate looked up. */
const GIVE_UP_AFTER_BUDGETS = 2.5;
/** A version read by a statement that waited longer than this is read again before a call is sent under it. */
const VERSION_GOOD_FOR_MS = 250;

export class ChainWriter {
  readonly #options: ChainOptions;
  readonly #queue = new EventQueue();
  readonly #connection: Connection;
  #head: Head = EMPTY_CHAIN;
  #epoch = 0;
  /** Attempts whose INTENT is committed and whose OUTCOME is not, with the INTENT's seq; oldest first. */
  readonly #open = new Map<string, number>();
  /** A batch whose fate is not known, and the head it would have left. */
  #unresolved: { readonly entries: readonly Entry[]; readonly head: Head } | null = null;
  #state: 'up' | 'down' | 'fenced' | 'closed' = 'down';
  #downSince = 0;
  /** When the statement under way was sent. */
  #sentAt: number | null = null;
  #pumping: Promise<void> | null = null;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#connection = new Connection(options.databaseUrl, options.commitMs * GIVE_UP_AFTER_BUDGETS, () => {
      this.#lost(new Error('connection lost'));
    });
  }

  /** Connects and registers the chain; rejects if the database can't be had. */
  async start(host: string): Promise<void> {
    const { writer, ttlMs } = this.#options;
    try {
      await store.registerWriter(await this.#connection.open(), writer, host, ttlMs);
    } catch (error) {
      this.#connection.cut();
      throw error;
    }
    this.#state = 'up';
  }

  get queued(): number {
    return this.#queue.size;
  }

  get up(): boolean {
    return this.#state === 'up';
  }

  /** A statement has been under way for so long that what is queued behind it can't be in time. */
  get stalled(): boolean {
    const { monotonicNow, commitMs } = this.#options;
    return this.#sentAt !== null && monotonicNow() - this.#sentAt > commitMs / 2;
  }

  get fenced(): boolean {
    return this.#state === 'fenced';
  }

  /**
   * Resolves with the registry's version once the event is durably committed.
   * @throws GatewayError GW_AUDIT_UNAVAILABLE after `waitMs`, or at once if PostgreSQL refuses the row.
   */
  write(event: AuditEvent, subjects: readonly SealedSubject[], waitMs: number): Promise<number> {
    if (this.#state === 'fenced' || this.#state === 'closed') {
      return Promise.reject(unavailable(`the writer is ${this.#state}`));
    }
    let record;
    try {
      record = encodeRecord(event, this.#options.writer, digestOfSubjects(subjects));
    } catch (error) {
      return Promise.reject(unavailable('the record has no canonical form', error));
    }
    const settled = this.#queue.add(event, { record, subjects }, waitMs);
    this.#options.metrics.queueLength(this.#queue.size);
    this.#kick();
    return settled;
  }

  /** Writes what is queued, then ends the chain. Waits at most `waitMs` for a database that is away. */
  async close(waitMs: number): Promise<void> {
    const deadline = this.#options.monotonicNow() + waitMs;
    while (this.#owesRows() && this.#options.monotonicNow() < deadline) {
      await Promise.race([this.#pumping, pause(50)]);
    }
    const wasUp = this.#state === 'up';
    this.#state = 'closed';
    this.#queue.rejectAll('the writer is closed');
    try {
      if (wasUp)
        await store.closeWriter(this.#connection.client, this.#options.writer, this.#open.size === 0);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the audit chain was not marked closed; a sweeper will find it');
    }
    this.#connection.cut();
  }

  /** A row waits, is under way or is in doubt. */
  #owesRows(): boolean {
    if (this.#state === 'down') return this.#queue.size > 0 || this.#unresolved !== null;
    return this.#state === 'up' && this.#pumping !== null;
  }

  #kick(): void {
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = null;
      if (this.#state === 'down' || (this.#state === 'up' && this.#queue.size > 0)) this.#kick();
    });
  }

  async #pump(): Promise<void> {
    let backOffMs = 25;
    for (;;) {
      // One turn of the loop lets callers that were just answered join the next batch.
      await nextTurn();
      if (this.#state === 'down') {
        if (await this.#recover()) backOffMs = 25;
        else {
          await pause(backOffMs);
          backOffMs = Math.min(backOffMs * 2, 500);
        }
      } else if (this.#state === 'up' && this.#queue.size > 0) {
        await this.#writeBatch(this.#queue.take(MAX_BATCH));
      } else {
        return;
      }
    }
  }

  /** Writes a batch; one that PostgreSQL refuses is halved until the bad row stands alone. */
  async #writeBatch(batch: readonly Entry[]): Promise<void> {
    const parts = [batch];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const refusal = await this.#writePart(part);
      if (this.#state !== 'up') {
        this.#queue.putBack([...(refusal === null ? [] : part), ...parts.flat()]);
        return;
      }
      if (refusal === null) continue;
      const middle = part.length >> 1;
      if (middle > 0) parts.unshift(part.slice(0, middle), part.slice(middle));
      else this.#refuse(part[0], refusal);
    }
  }

  #refuse(entry: Entry | undefined, refusal: unknown): void {
    const { kind, attemptId } = entry?.event ?? {};
    if (!store.isDuplicate(refusal))
      this.#options.log.error({ kind, attemptId }, 'the database refused an audit row');
    entry?.reject(unavailable('the database refused the record', refusal));
  }

  /** Answers what PostgreSQL refused the rows with, or null. Leaves state 'down' when their fate isn't known. */
  async #writePart(entries: readonly Entry[]): Promise<unknown> {
    const { writer, ttlMs, monotonicNow, metrics, onCommit } = this.#options;
    const chained = store.chainRows(this.#head, entries);
    const sentAt = monotonicNow();
    this.#sentAt = sentAt;
    try {
      const options = { writer, ttlMs, epoch: this.#epoch, openFrom: this.#openFrom() };
      const answer = await store.append(this.#connection.client, chained, options);
      if (!answer.written) throw new Error('the head of the chain was not where it was left');
      const tookMs = monotonicNow() - sentAt;
      metrics.commitMs(tookMs);
      metrics.batch(entries.length);
      onCommit(sentAt);
      this.#head = chained.head;
      const isOld = tookMs > VERSION_GOOD_FOR_MS;
      this.#committed(entries, chained.from.seq, isOld ? await this.#versionNow() : answer.registryVersion);
      return null;
    } catch (error) {
      if (store.isRefusal(error)) return error;
      this.#unresolved = { entries, head: chained.head };
      this.#lost(error);
      return null;
    } finally {
      this.#sentAt = null;
    }
  }

  /** Reads the head again before anything else is written, and so learns the fate of the batch in doubt. */
  async #recover(): Promise<boolean> {
    try {
      const found = await store.settleHead(await this.#connection.open(), this.#options.writer);
      if (this.#state !== 'down') {
        this.#connection.cut();
        return true;
      }
      // Lost again while its answer was on the way to us: nobody would tell a second time.
      if (!this.#connection.isOpen) return false;
      const doubt = this.#unresolved;
      const committed = doubt !== null && found !== null && isAt(found, doubt.head);
      if (found?.state !== 'live' || (!committed && !isAt(found, this.#head))) {
        // What was committed stays so, but whether a sweeper has spoken for it can't be known from here.
        this.#fence(found?.state ?? 'unknown');
        return true;
      }
      const fromSeq = this.#head.seq;
      this.#head = { seq: found.seq, hash: found.hash };
      this.#epoch = found.epoch;
      this.#unresolved = null;
      this.#state = 'up';
      if (doubt !== null && committed) this.#committed(doubt.entries, fromSeq, found.registryVersion);
      else if (doubt !== null) this.#queue.putBack(doubt.entries);
      const lastedMs = this.#options.monotonicNow() - this.#downSince;
      this.#options.log.info({ seq: found.seq, lastedMs }, 'the audit database is back');
      this.#options.onOutage(lastedMs);
      return true;
    } catch (error) {
      this.#lost(error);
      return false;
    }
  }

  #committed(entries: readonly Entry[], fromSeq: number, registryVersion: number): void {
    entries.forEach((entry, index) => {
      if (entry.event.kind === 'INTENT') this.#open.set(entry.event.attemptId, fromSeq + index + 1);
      if (entry.event.kind === 'OUTCOME') this.#open.delete(entry.event.attemptId);
      if (entry.expired) this.#options.onLateCommit(entry.event);
      else entry.resolve(registryVersion);
    });
  }

  async #versionNow(): Promise<number> {
    try {
      return await store.readRegistryVersion(this.#connection.client);
    } catch (error) {
      this.#lost(error);
      return Number.MAX_SAFE_INTEGER;
    }
  }

  /** Every INTENT of this chain below this seq has its OUTCOME. */
  #openFrom(): number {
    const oldest = this.#open.values().next();
    return oldest.done === true ? this.#head.seq + 1 : oldest.value;
  }

  #lost(error: unknown): void {
    this.#connection.cut();
    if (this.#state !== 'up') return;
    this.#state = 'down';
    this.#downSince = this.#options.monotonicNow();
    this.#options.log.error({ err: error }, 'the audit database is lost; nothing is sent until it is back');
    this.#kick();
  }

  #fence(state: string): void {
    this.#state = 'fenced';
    this.#connection.cut();
    this.#options.log.fatal({ writer: this.#options.writer, state }, 'the audit chain was taken over');
    for (const entry of this.#unresolved?.entries ?? []) entry.reject(unavailable('the writer is fenced'));
    this.#queue.rejectAll('the writer is fenced');
    this.#options.onFenced();
  }
}

function isAt(found: Head, head: Head): boolean {
  return found.seq === head.seq && found.hash.equals(head.hash);
}
