/**
 * Takes a month out of the trail in one transaction: its partitions, the rows that say where each chain goes on, and the event
 * that names who did it. So there is no moment at which records are gone and nothing says so (ADR 91).
 */
import { createHash } from 'node:crypto';
import { partitionsOf, rangeLines, type RemovedRange } from '@gatehouse/domain/audit/archive/removal';
import type pg from 'pg';
import { LOCK_MS, recordEvent, retryLocked } from './owner.js';

export interface Removal {
  readonly month: string;
  /** Who removed it. */
  readonly by: string;
  readonly manifest: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface Removed {
  readonly records: number;
  readonly subjects: number;
  /** Stretches of chains. */
  readonly ranges: number;
}

/** @returns 'busy' if an export, or another long statement, read the trail for all of `forMs` */
export async function detachMonth(
  client: pg.Client,
  removal: Removal,
  { forMs, stillMay }: { readonly forMs: number; readonly stillMay: () => Promise<boolean> },
): Promise<Removed | 'busy' | 'changed'> {
  const ranges = await rangesOf(client, removal.month);
  const counts = await countsOf(client, removal.month);
  return retryLocked(forMs, async () => {
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL lock_timeout = '${String(LOCK_MS)}ms'`);
      const isOurs = (await stillMay()) && (await take(client, removal, ranges, counts));
      await client.query(isOurs ? 'COMMIT' : 'ROLLBACK');
      return isOurs ? { ...counts, ranges: ranges.length } : 'changed';
    } catch (error) {
      // A connection that is lost has rolled back by itself.
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
}

/** Drops what a removal has detached, in case the one before was killed in between. */
export async function dropDetached(client: pg.Client, month: string): Promise<void> {
  const { event, subject } = partitionsOf(month);
  await client.query(`DROP TABLE IF EXISTS audit.removed_${event}, audit.removed_${subject}`);
}

type Counts = Pick<Removed, 'records' | 'subjects'>;

/** @returns false if a record of the month was written meanwhile */
async function take(
  client: pg.Client,
  { month, by, manifest, reason, atMs }: Removal,
  ranges: readonly RemovedRange[],
  counts: Counts,
): Promise<boolean> {
  const { event, subject } = partitionsOf(month);
  for (const [parent, part] of [
    ['event', event],
    ['subject', subject],
  ]) {
    await client.query(`ALTER TABLE audit.${String(parent)} DETACH PARTITION audit.${String(part)}`);
    // Else a record that is written late would have it attached again, with everything in it.
    await client.query(`ALTER TABLE audit.${String(part)} RENAME TO removed_${String(part)}`);
  }
  const { rows } = await client.query<{ isLater: boolean }>(LATER(`removed_${event}`));
  if (rows[0]?.isLater !== false) return false;
  const lines = rangeLines(ranges);
  const rangesSha256 = createHash('sha256').update(lines).digest('hex');
  const facts = {
    month,
    by,
    reason,
    ...counts,
    manifestSha256: manifest,
    ranges: ranges.length,
    rangesSha256,
  };
  const writer = await recordEvent(client, { event: 'TRAIL_MONTH_REMOVED', facts, atMs });
  await client.query(
    `INSERT INTO audit.removal (writer, month, removed_at, removed_by, records, subjects, manifest, ranges_sha256)
     VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), decode($8, 'hex'))`,
    [writer, month, new Date(atMs), by, counts.records, counts.subjects, manifest, rangesSha256],
  );
  await client.query(ADD_RANGES, [writer, JSON.stringify(ranges)]);
  return true;
}

async function rangesOf(client: pg.Client, month: string): Promise<RemovedRange[]> {
  const { rows } = await client.query<RemovedRange & { fromSeq: string; toSeq: string }>(
    RANGES(partitionsOf(month).event),
  );
  return rows.map((row) => ({ ...row, fromSeq: Number(row.fromSeq), toSeq: Number(row.toSeq) }));
}

async function countsOf(client: pg.Client, month: string): Promise<Counts> {
  const { event, subject } = partitionsOf(month);
  const { rows } = await client.query<{ records: string; subjects: string }>(
    `SELECT (SELECT count(*) FROM audit.${event}) AS records, (SELECT count(*) FROM audit.${subject}) AS subjects`,
  );
  return { records: Number(rows[0]?.records), subjects: Number(rows[0]?.subjects) };
}

/** Records of other months lie between, wherever attempts ran around the end of the month. */
const RANGES = (event: string): string => `
WITH numbered AS (
  SELECT writer, seq, seq - row_number() OVER (PARTITION BY writer ORDER BY seq) AS stretch FROM audit.${event}
), stretches AS (
  SELECT writer, min(seq) AS from_seq, max(seq) AS to_seq FROM numbered GROUP BY writer, stretch
)
SELECT s.writer, s.from_seq AS "fromSeq", s.to_seq AS "toSeq", encode(f.prev_hash, 'hex') AS "prevHash",
       encode(t.hash, 'hex') AS hash
  FROM stretches s
  JOIN audit.${event} f ON f.writer = s.writer AND f.seq = s.from_seq
  JOIN audit.${event} t ON t.writer = s.writer AND t.seq = s.to_seq
 ORDER BY s.writer, s.from_seq`;

/** A chain's numbers only grow, so only one that has moved since can have a record that was not looked at. */
const LATER = (event: string): string => `
SELECT EXISTS (
  SELECT FROM audit.writer w LEFT JOIN removal_chain c USING (writer)
   WHERE w.seq > coalesce(c.head_seq, 0)
     AND EXISTS (SELECT FROM audit.${event} e WHERE e.writer = w.writer AND e.seq > coalesce(c.head_seq, 0))) AS "isLater"`;

const ADD_RANGES = `
INSERT INTO audit.removed_range (removal, writer, from_seq, to_seq, prev_hash, hash)
SELECT $1::uuid, r.writer, r."fromSeq", r."toSeq", decode(r."prevHash", 'hex'), decode(r.hash, 'hex')
  FROM jsonb_to_recordset($2::jsonb) AS r (writer uuid, "fromSeq" bigint, "toSeq" bigint, "prevHash" text, hash text)`;
