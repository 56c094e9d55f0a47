/**
 * Closes the attempts of writers that died. For every INTENT that has no OUTCOME it writes OUTCOME UNKNOWN into its own
 * chain: only a live writer can know that nothing was sent.
 *
 * A writer is swept only after this process has polled for a whole lease (ttlMs), with the database answering, and the
 * lease was not renewed. By then the writer has given up its calls, at fenceMs. A writer that only lost the database
 * for a while has the time to renew first.
 */
import type pg from 'pg';
import { Connection } from './connection.js';
import type { AuditLog } from './audit-log.js';
import type { AuditLogger } from './options.js';
import { blankOutcome } from './outcome.js';
import { isRecordedAlready } from './queue.js';
import { systemEvent } from '../system-event.js';

export interface SweeperOptions {
  readonly databaseUrl: string;
  /** The chain of this process. */
  readonly audit: Pick<AuditLog, 'writerId' | 'outcome' | 'system'>;
  /** The life of a lease; the same in every replica. */
  readonly ttlMs: number;
  /** Default 5,000. */
  readonly everyMs?: number;
  /** Epoch ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly log: AuditLogger;
  /** A writer that had died was swept. */
  readonly onSwept?: () => void;
}

export interface Sweeper {
  /** Runs one round, as the timer does. Returns the number of writers that were swept. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}

interface OpenWriter {
  readonly writer: string;
  readonly lease: string;
  readonly state: 'live' | 'sweeping';
  readonly expired: boolean;
}

const PAGE = 500;

export function startSweeper(options: SweeperOptions): Sweeper {
  const { audit, ttlMs, monotonicNow, now, log } = options;
  const everyMs = options.everyMs ?? 5_000;
  const seen = new Map<string, { readonly lease: string; readonly sinceMs: number }>();
  const connection = new Connection(options.databaseUrl, 10_000);
  let lastPollMs = Number.NEGATIVE_INFINITY;
  let round: Promise<number> | null = null;
  let lastFailed = false;

  async function run(): Promise<number> {
    try {
      const client = await connection.open();
      // After a gap nothing is known about the time between, since this process may have been suspended.
      if (monotonicNow() - lastPollMs > everyMs * 3) seen.clear();
      const dead = overdue(await openWriters(client, audit.writerId));
      lastPollMs = monotonicNow();
      lastFailed = false;
      return dead.length === 0 ? 0 : await sweepAll(client, dead);
    } catch (error) {
      seen.clear();
      connection.cut();
      if (!lastFailed) log.warn({ err: error }, 'a sweep of the audit trail failed');
      lastFailed = true;
      return 0;
    }
  }

  function overdue(writers: readonly OpenWriter[]): readonly OpenWriter[] {
    const atMs = monotonicNow();
    const names = new Set(writers.map(({ writer }) => writer));
    for (const writer of seen.keys()) if (!names.has(writer)) seen.delete(writer);
    return writers.filter(({ writer, lease, state, expired }) => {
      if (seen.get(writer)?.lease !== lease) seen.set(writer, { lease, sinceMs: atMs });
      const sinceMs = seen.get(writer)?.sinceMs ?? atMs;
      return state === 'sweeping' || (expired && atMs - sinceMs >= ttlMs);
    });
  }

  /** One sweeper at a time. If two overlap nevertheless, the unique key on OUTCOME keeps one of their rows. */
  async function sweepAll(client: pg.Client, dead: readonly OpenWriter[]): Promise<number> {
    const lock = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS mine`);
    if (lock.rows[0]?.mine !== true) return 0;
    let swept = 0;
    try {
      for (const writer of dead) if (await sweepOne(client, writer)) swept += 1;
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
    }
    return swept;
  }

  async function sweepOne(client: pg.Client, { writer, lease }: OpenWriter): Promise<boolean> {
    // From here on that writer can't commit, so no open attempt can get an OUTCOME from it.
    const marked = await client.query(
      `UPDATE audit.writer SET state = 'sweeping' WHERE writer = $1
          AND (state = 'sweeping' OR (state = 'live' AND lease_until::text = $2 AND lease_until < clock_timestamp()))`,
      [writer, lease],
    );
    if (marked.rowCount !== 1) return false;
    let unknown = 0;
    for (;;) {
      const open = await client.query<OpenIntent>(OPEN_INTENTS, [writer, PAGE]);
      await Promise.all(open.rows.map(writeUnknown));
      unknown += open.rows.length;
      if (open.rows.length < PAGE) break;
    }
    const closed = await client.query(
      `UPDATE audit.writer SET state = 'swept' WHERE writer = $1 AND state = 'sweeping'`,
      [writer],
    );
    if (closed.rowCount !== 1) return false;
    const facts = { writer, unknown };
    log.warn(facts, 'a dead audit writer was swept');
    options.onSwept?.();
    await audit.system(systemEvent('WRITER_SWEPT', now(), facts));
    return true;
  }

  async function writeUnknown(intent: OpenIntent): Promise<void> {
    const { attemptId, requestId } = intent;
    try {
      await audit.outcome(
        blankOutcome({ startedAtMs: Number(intent.startedAtMs), requestId, attemptId }, now()),
      );
    } catch (error) {
      if (!isRecordedAlready(error)) throw error;
    }
  }

  const sweep = (): Promise<number> => {
    round ??= run().finally(() => {
      round = null;
    });
    return round;
  };
  const timer = setInterval(() => void sweep(), everyMs);
  timer.unref();
  void sweep();
  return {
    sweep,
    async close() {
      clearInterval(timer);
      await round;
      connection.cut();
    },
  };
}

interface OpenIntent {
  readonly attemptId: string;
  readonly requestId: string;
  readonly startedAtMs: string;
}

const LOCK = `hashtextextended('gatehouse-audit-sweep', 0)`;

const OPEN_INTENTS = `
SELECT i.record ->> 'attemptId' AS "attemptId", i.record ->> 'requestId' AS "requestId",
       i.record ->> 'startedAtMs' AS "startedAtMs"
  FROM audit.event i JOIN audit.writer w USING (writer)
 WHERE i.writer = $1 AND i.seq >= w.open_from AND i.kind = 'INTENT'
   AND NOT EXISTS (SELECT FROM audit.event o
                    WHERE o.attempt_id = i.attempt_id AND o.kind = 'OUTCOME' AND o.started_at = i.started_at)
 ORDER BY i.seq LIMIT $2`;

async function openWriters(client: pg.Client, ownWriter: string): Promise<readonly OpenWriter[]> {
  const { rows } = await client.query<OpenWriter>(
    `SELECT writer, lease_until::text AS lease, state, lease_until < clock_timestamp() AS expired
       FROM audit.writer WHERE state IN ('live', 'sweeping') AND writer <> $1 ORDER BY lease_until`,
    [ownWriter],
  );
  return rows;
}
