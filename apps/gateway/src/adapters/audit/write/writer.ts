/**
 * One chain and its queue. Events of concurrent requests are written as one statement (group commit), one batch in
 * flight, since a chain is serial; the next batch gathers meanwhile.
 *
 * A write resolves only after the commit. A row may still be committed after its write was rejected; then the writer
 * notices and calls `onLateCommit`.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { AuditEvent } from '@gatehouse/domain/audit/audit';
import { digestOfSubjects, EMPTY_CHAIN, encodeRecord, type Head, isBulk, type Sealed } from './chain.js';
import { Connection } from './connection.js';
import { type ChainOptions, GIVE_UP_AFTER_BUDGETS } from './options.js';
import { type Committed, EventQueue, unavailable, type Entry } from './queue.js';
import * as store from './store.js';

export type { AuditLogger, AuditMetrics } from './options.js';

const MAX_BATCH = 256;
/** A registry version from a statement that took longer than this is read again before a call is sent under it. */
const VERSION_GOOD_FOR_MS = 250;

export class ChainWriter {
  readonly #options: ChainOptions;
  readonly #queue = new EventQueue();
  readonly #connection: Connection;
  #head: Head = EMPTY_CHAIN;
  #epoch = 0;
  /** Attempts whose INTENT is committed and whose OUTCOME is not, with the INTENT's seq; oldest first. */
  readonly #open = new Map<string, number>();
  /** A batch that may or may not have been committed, and the head that it would have left. */
  #unresolved: { readonly entries: readonly Entry[]; readonly head: Head } | null = null;
  #state: 'up' | 'down' | 'fenced' | 'closed' = 'down';
  #downSince = 0;
  /** The database can be reached, and took no row when one was last written (fault F13). */
  #takesNoRows = false;
  /** When the current statement was sent. */
  #sentAt: number | null = null;
  #pumping: Promise<void> | null = null;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#connection = new Connection(options.databaseUrl, options.commitMs * GIVE_UP_AFTER_BUDGETS, () => {
      this.#lost(new Error('connection lost'));
    });
  }

  /** Connects and registers the chain; rejects if the database can't be reached. */
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

  /** True while the database can be reached, but has taken no row since it last refused them all. */
  get takesNoRows(): boolean {
    return this.#takesNoRows;
  }

  /** True if the current statement takes so long that the events behind it will be late. */
  get stalled(): boolean {
    const { monotonicNow, commitMs } = this.#options;
    return this.#sentAt !== null && monotonicNow() - this.#sentAt > commitMs / 2;
  }

  get fenced(): boolean {
    return this.#state === 'fenced';
  }

  /**
   * Resolves once the event is durably committed, with what was true then. Subjects in bulk must be committed before.
   * @param userSessionId of the user whose call this is
   * @throws GatewayError GW_AUDIT_UNAVAILABLE after `waitMs`, or immediately if PostgreSQL rejects the row
   */
  write(
    event: AuditEvent,
    subjects: Sealed,
    waitMs: number,
    userSessionId: string | null = null,
  ): Promise<Committed> {
    if (this.#state === 'fenced' || this.#state === 'closed') {
      return Promise.reject(unavailable(`the writer is ${this.#state}`));
    }
    const bulk = isBulk(subjects);
    let record;
    try {
      const digest = bulk ? subjects.digest : digestOfSubjects(subjects);
      record = encodeRecord(event, this.#options.writer, digest);
    } catch (error) {
      return Promise.reject(unavailable('the record has no canonical form', error));
    }
    const row = { record, subjects: bulk ? [] : subjects, userSessionId };
    const settled = this.#queue.add(event, row, waitMs);
    this.#options.metrics.queueLength(this.#queue.size);
    this.#startPump();
    return settled;
  }

  /** Writes what is queued, then ends the chain. Waits at most `waitMs` for a database that is down. */
  async close(waitMs: number): Promise<void> {
    const deadline = this.#options.monotonicNow() + waitMs;
    while (this.#hasUnwrittenRows() && this.#options.monotonicNow() < deadline) {
      await Promise.race([this.#pumping, pause(50)]);
    }
    const wasUp = this.#state === 'up';
    this.#state = 'closed';
    this.#queue.rejectAll('the writer is closed');
    try {
      if (wasUp)
        await store.closeWriter(this.#connection.client, this.#options.writer, this.#open.size === 0);
    } catch (error) {
      this.#options.log.warn(
        { err: error },
        'the audit chain could not be marked closed; a sweeper will do it',
      );
    }
    this.#connection.cut();
  }

  /** True if a row is queued, is being written, or may or may not have been committed. */
  #hasUnwrittenRows(): boolean {
    if (this.#state === 'down') return this.#queue.size > 0 || this.#unresolved !== null;
    return this.#state === 'up' && this.#pumping !== null;
  }

  #startPump(): void {
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = null;
      if (this.#state === 'down' || (this.#state === 'up' && this.#queue.size > 0)) this.#startPump();
    });
  }

  async #pump(): Promise<void> {
    let backOffMs = 25;
    for (;;) {
      // After one turn of the event loop, the callers that were just settled can be in the next batch.
      await nextTurn();
      if (this.#state === 'down') {
        if ((await this.#recover()) && !this.#takesNoRows) backOffMs = 25;
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

  /** Writes a batch. A batch that PostgreSQL rejects is halved until the bad row is alone. */
  async #writeBatch(batch: readonly Entry[]): Promise<void> {
    const parts = [batch];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const rejection = await this.#writePart(part);
      if (this.#state !== 'up') {
        this.#queue.putBack([...(rejection === null ? [] : part), ...parts.flat()]);
        return;
      }
      if (rejection === null) continue;
      const middle = part.length >> 1;
      if (middle > 0) parts.unshift(part.slice(0, middle), part.slice(middle));
      else this.#rejectRow(part[0], rejection);
    }
  }

  #rejectRow(entry: Entry | undefined, rejection: unknown): void {
    const { kind, attemptId } = entry?.event ?? {};
    if (!store.isDuplicate(rejection))
      this.#options.log.error({ kind, attemptId }, 'the database rejected an audit row');
    entry?.reject(unavailable('the database rejected the record', rejection));
  }

  /** Returns PostgreSQL's error if it rejected the rows, else null. If their fate is unknown, the state is 'down'. */
  async #writePart(entries: readonly Entry[]): Promise<unknown> {
    const { writer, ttlMs, monotonicNow, metrics, onCommit } = this.#options;
    const chained = store.chainRows(this.#head, entries);
    const sentAt = monotonicNow();
    this.#sentAt = sentAt;
    try {
      const options = { writer, ttlMs, epoch: this.#epoch, openFrom: this.#openFrom() };
      const answer = await store.append(this.#connection.client, chained, options);
      if (!answer.written) throw new Error('the head of the chain is not the one that this process wrote');
      const tookMs = monotonicNow() - sentAt;
      metrics.commitMs(tookMs);
      metrics.batch(entries.length);
      onCommit(sentAt);
      this.#head = chained.head;
      this.#takesRows();
      const isOld = tookMs > VERSION_GOOD_FOR_MS;
      const committed = isOld ? { registryVersion: await this.#versionNow(), userSessions: null } : answer;
      this.#committed(entries, chained.from.seq, committed);
      return null;
    } catch (error) {
      if (store.isRefusal(error)) return error;
      this.#unresolved = { entries, head: chained.head };
      this.#lost(error);
      if (store.takesNoRows(error)) this.#noRows();
      return null;
    } finally {
      this.#sentAt = null;
    }
  }

  /** Reads the head before anything else is written, which shows whether the unresolved batch was committed. */
  async #recover(): Promise<boolean> {
    try {
      const stored = await store.settleHead(await this.#connection.open(), this.#options.writer);
      if (this.#state !== 'down') {
        this.#connection.cut();
        return true;
      }
      // The connection was lost again while the answer was on its way. There will be no second event about it.
      if (!this.#connection.isOpen) return false;
      const unresolved = this.#unresolved;
      const committed = unresolved !== null && stored !== null && isAt(stored, unresolved.head);
      if (stored?.state !== 'live' || (!committed && !isAt(stored, this.#head))) {
        // Committed rows stay, but this process can't know whether a sweeper has closed their attempts.
        this.#fence(stored?.state ?? 'unknown');
        return true;
      }
      const fromSeq = this.#head.seq;
      this.#head = { seq: stored.seq, hash: stored.hash };
      this.#epoch = stored.epoch;
      this.#unresolved = null;
      this.#state = 'up';
      if (unresolved !== null && committed) {
        this.#takesNoRows = false;
        const { registryVersion } = stored;
        this.#committed(unresolved.entries, fromSeq, { registryVersion, userSessions: null });
      } else if (unresolved !== null) this.#queue.putBack(unresolved.entries);
      if (!this.#takesNoRows) this.#outageEnded();
      return true;
    } catch (error) {
      this.#lost(error);
      return false;
    }
  }

  #committed(entries: readonly Entry[], fromSeq: number, committed: Committed): void {
    entries.forEach((entry, index) => {
      if (entry.event.kind === 'INTENT') this.#open.set(entry.event.attemptId, fromSeq + index + 1);
      if (entry.event.kind === 'OUTCOME') this.#open.delete(entry.event.attemptId);
      if (entry.expired) this.#options.onLateCommit(entry.event);
      else entry.resolve(committed);
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

  /** Every INTENT of this chain with a lower seq has its OUTCOME. */
  #openFrom(): number {
    const oldest = this.#open.values().next();
    return oldest.done === true ? this.#head.seq + 1 : oldest.value;
  }

  #lost(error: unknown): void {
    this.#connection.cut();
    if (this.#state !== 'up') return;
    this.#state = 'down';
    this.#startPump();
    if (this.#takesNoRows) return;
    this.#downSince = this.#options.monotonicNow();
    this.#options.log.error(
      { err: error },
      'the audit database is lost; no request is sent until it is back',
    );
  }

  #noRows(): void {
    this.#takesNoRows = true;
    this.#options.onNoRows();
  }

  /** A row was committed. */
  #takesRows(): void {
    if (!this.#takesNoRows) return;
    this.#takesNoRows = false;
    this.#outageEnded();
  }

  #outageEnded(): void {
    const lastedMs = this.#options.monotonicNow() - this.#downSince;
    this.#options.log.info({ seq: this.#head.seq, lastedMs }, 'the audit database is back');
    this.#options.onOutage(lastedMs);
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

function isAt(stored: Head, head: Head): boolean {
  return stored.seq === head.seq && stored.hash.equals(head.hash);
}
