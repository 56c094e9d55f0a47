/**
 * The trail as lines of JSON for the offline verifier (docs/audit.md, "The export"): one snapshot of the database, chain
 * by chain, and an unbroken stretch of each chain, since only that can be verified.
 */
import type pg from 'pg';
import { epochMs } from './filter.js';

export interface ExportFilter {
  /** Start of the attempt, epoch ms: from (inclusive) and to (exclusive). Neither: the whole trail. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

const FETCH_ROWS = 500;

/** Yields lines without their newline. It uses a connection until the last line is read or the reader stops. */
export async function* exportAudit(
  database: pg.Pool,
  filter: ExportFilter,
): AsyncGenerator<string, void, undefined> {
  const client = await database.connect();
  let broken = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    yield* lines(client, filter);
    await client.query('COMMIT');
    broken = false;
  } finally {
    // A reader that stops early leaves a transaction open, so that connection is not used again.
    client.release(broken);
  }
}

async function* lines(client: pg.PoolClient, filter: ExportFilter): AsyncGenerator<string, void, undefined> {
  const { fromMs = null, toMs = null } = filter;
  yield JSON.stringify({ type: 'export', format: 'gatehouse-audit/1', fromMs, toMs });
  const removals = await client.query<object>(REMOVALS);
  for (const removal of removals.rows) yield JSON.stringify({ type: 'removal', ...removal });
  const writers = await client.query<WriterRow>(WRITERS, [fromMs, toMs]);
  let rows = 0;
  for (const writer of writers.rows) {
    const [fromSeq, toSeq] = [Number(writer.from_seq), Number(writer.to_seq)];
    const head = { seq: Number(writer.seq), hash: writer.hash };
    yield JSON.stringify({
      type: 'writer',
      writer: writer.writer,
      state: writer.state,
      head,
      fromSeq,
      toSeq,
    });
    if (toSeq === 0) continue;
    const removed = await removedOf(client, writer.writer, fromSeq, toSeq);
    for await (const { seq, line } of rowsOf(client, writer.writer, fromSeq, toSeq)) {
      while ((removed[0]?.fromSeq ?? Infinity) < seq) yield JSON.stringify(removed.shift());
      rows += 1;
      yield line;
    }
    for (const range of removed) yield JSON.stringify(range);
  }
  yield JSON.stringify({ type: 'end', writers: writers.rows.length, rows });
}

async function* rowsOf(
  client: pg.PoolClient,
  writer: string,
  fromSeq: number,
  toSeq: number,
): AsyncGenerator<{ readonly seq: number; readonly line: string }, void, undefined> {
  await client.query(`DECLARE audit_export NO SCROLL CURSOR FOR ${ROWS}`, [writer, fromSeq, toSeq]);
  for (;;) {
    const fetched = await client.query<EventRow>(`FETCH ${String(FETCH_ROWS)} FROM audit_export`);
    for (const { seq, prevHash, hash, record, subjects } of fetched.rows) {
      const line = JSON.stringify({
        ...{ type: 'row', writer, seq: Number(seq), prevHash, hash, record },
        ...(subjects === null ? {} : { subjects }),
      });
      yield { seq: Number(seq), line };
    }
    if (fetched.rows.length < FETCH_ROWS) break;
  }
  await client.query('CLOSE audit_export');
}

/** The stretches of a chain that left the database with a month, in their order. */
async function removedOf(client: pg.PoolClient, writer: string, fromSeq: number, toSeq: number) {
  const { rows } = await client.query<RemovedRow>(REMOVED, [writer, fromSeq, toSeq]);
  return rows.map(({ removal, fromSeq: from, toSeq: to, prevHash, hash }) => ({
    ...{ type: 'removed', writer, removal, fromSeq: Number(from), toSeq: Number(to), prevHash, hash },
  }));
}

interface RemovedRow {
  readonly removal: string;
  readonly fromSeq: string;
  readonly toSeq: string;
  readonly prevHash: string;
  readonly hash: string;
}

interface WriterRow {
  readonly writer: string;
  readonly state: string;
  readonly seq: string;
  readonly hash: string;
  readonly from_seq: string;
  readonly to_seq: string;
}

interface EventRow {
  readonly seq: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly record: object;
  readonly subjects: readonly object[] | null;
}

const REMOVALS = `
SELECT r.month, r.writer AS removal, encode(r.manifest, 'hex') AS "manifestSha256",
       encode(r.ranges_sha256, 'hex') AS "rangesSha256"
  FROM audit.removal r ORDER BY r.removed_at, r.writer`;

const REMOVED = `
SELECT removal, from_seq AS "fromSeq", to_seq AS "toSeq", encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash
  FROM audit.removed_range WHERE writer = $1 AND to_seq >= $2 AND from_seq <= $3 ORDER BY from_seq`;

/** The stretch of each chain with every row of the time span; without one, the whole chain. */
const WRITERS = `
WITH stretch AS (
  SELECT writer, min(seq) AS from_seq, max(seq) AS to_seq FROM audit.event
   WHERE ($1::bigint IS NULL OR started_at >= ${epochMs('$1')})
     AND ($2::bigint IS NULL OR started_at < ${epochMs('$2')})
   GROUP BY writer
)
SELECT w.writer, w.state, w.seq, encode(w.hash, 'hex') AS hash,
       CASE WHEN $1::bigint IS NULL AND $2::bigint IS NULL THEN least(w.seq, 1) ELSE a.from_seq END AS from_seq,
       CASE WHEN $1::bigint IS NULL AND $2::bigint IS NULL THEN w.seq ELSE a.to_seq END AS to_seq
  FROM audit.writer w LEFT JOIN stretch a USING (writer)
 WHERE a.writer IS NOT NULL OR ($1::bigint IS NULL AND $2::bigint IS NULL)
 ORDER BY w.started_at, w.writer`;

const ROWS = `
SELECT e.seq, encode(e.prev_hash, 'hex') AS "prevHash", encode(e.hash, 'hex') AS hash, e.record,
       (SELECT json_agg(json_build_object('odsCode', s.ods_code, 'kind', s.kind, 'keyId', s.key_id,
                 'hash', encode(s.hash, 'hex'), 'sealedSha256', encode(sha256(s.sealed), 'hex')))
          FROM audit.subject s
         WHERE s.attempt_id = e.attempt_id AND s.started_at = e.started_at AND s.event_kind = e.kind
           AND e.record ? 'subjectsDigest') AS subjects
  FROM audit.event e WHERE e.writer = $1 AND e.seq BETWEEN $2 AND $3 ORDER BY e.seq`;
