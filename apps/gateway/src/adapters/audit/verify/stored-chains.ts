/** What the verification of the trail reads: where the chains stand, how far they are verified, and their records. */
import type {
  ChainFault,
  ChainProgress,
  KnownRange,
  Position,
  StoredRecord,
} from '@gatehouse/domain/audit/chain-check';
import { START } from '@gatehouse/domain/audit/chain-check';
import type { ChainHead } from '@gatehouse/domain/audit/checkpoint';
import type pg from 'pg';

export type Queries = Pick<pg.Pool, 'query'>;

interface ProgressRow {
  readonly writer: string;
  readonly seq: string | null;
  readonly hash: string | null;
  readonly toSeq: string | null;
  readonly toHash: string | null;
  readonly fault: ChainFault['kind'] | null;
  readonly faultSeq: string | null;
  readonly furthestSeq: string | null;
}

/** Every chain that has records, or had some when they were verified. */
export async function chainsOf(database: Queries, pass: number): Promise<ChainProgress[]> {
  const { rows } = await database.query<ProgressRow>(CHAINS, [pass]);
  return rows.map(toProgress);
}

/** One chain; of one that was never there, a progress without a head. */
export async function chainOf(database: Queries, pass: number, writer: string): Promise<ChainProgress> {
  const { rows } = await database.query<ProgressRow>(CHAIN, [pass, writer]);
  return rows[0] === undefined
    ? { writer, verified: START, furthestSeq: 0, head: null, fault: null }
    : toProgress(rows[0]);
}

function toProgress({ writer, seq, hash, toSeq, toHash, fault, ...row }: ProgressRow): ChainProgress {
  return {
    ...{ writer, furthestSeq: Number(row.furthestSeq ?? 0) },
    verified: positionOf(toSeq, toHash) ?? START,
    head: positionOf(seq, hash),
    fault: fault === null ? null : { seq: Number(row.faultSeq), kind: fault },
  };
}

function positionOf(seq: string | null, hash: string | null): Position | null {
  return seq === null || hash === null ? null : { seq: Number(seq), hash };
}

/** The records with these numbers, both included, in their order; at most so many. */
export async function recordsOf(
  database: Queries,
  writer: string,
  { fromSeq, toSeq, most }: { readonly fromSeq: number; readonly toSeq: number; readonly most: number },
): Promise<StoredRecord[]> {
  const { rows } = await database.query<Omit<StoredRecord, 'seq'> & { readonly seq: string }>(RECORDS, [
    writer,
    fromSeq,
    toSeq,
    most,
  ]);
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

/** The stretches of a chain from a number on that left the database, in their order. */
export async function removedFrom(database: Queries, writer: string, fromSeq: number): Promise<KnownRange[]> {
  const { rows } = await database.query<KnownRange & { fromSeq: string; toSeq: string }>(REMOVED, [
    writer,
    fromSeq,
  ]);
  return rows.map((row) => ({ ...row, fromSeq: Number(row.fromSeq), toSeq: Number(row.toSeq) }));
}

/**
 * The hashes (hex) of the records that these heads name, by writer; a head whose record is not stored has none. Of a record
 * that was removed, only the last one of its stretch is known here; of others the archive alone can tell.
 */
export async function hashesAt(
  database: Queries,
  heads: readonly ChainHead[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ writer: string; hash: string }>(HASHES, [
    heads.map(({ writer }) => writer),
    heads.map(({ seq }) => seq),
    heads.map(({ hash }) => hash),
  ]);
  return new Map(rows.map(({ writer, hash }) => [writer, hash]));
}

const NEWEST_RANGE = `
LEFT JOIN LATERAL (SELECT to_seq, hash, fault, fault_seq FROM audit.verified_range
                    WHERE pass = $1 AND writer = c.writer ORDER BY after_seq DESC LIMIT 1) r ON true`;

const COLUMNS = `c.writer, w.seq, encode(w.hash, 'hex') AS hash, r.to_seq AS "toSeq", encode(r.hash, 'hex') AS "toHash",
       r.fault, r.fault_seq AS "faultSeq",
       (SELECT max(to_seq) FROM audit.verified_range WHERE writer = c.writer) AS "furthestSeq"`;

/** There are few chains and many ranges, so the chains are found one by one in the index. */
const CHAINS = `
WITH RECURSIVE seen AS (
  (SELECT writer FROM audit.verified_range ORDER BY writer LIMIT 1)
  UNION ALL
  SELECT next.writer FROM seen CROSS JOIN LATERAL
    (SELECT writer FROM audit.verified_range WHERE writer > seen.writer ORDER BY writer LIMIT 1) next
), c AS (SELECT writer FROM audit.writer WHERE seq > 0 UNION SELECT writer FROM seen)
SELECT ${COLUMNS} FROM c LEFT JOIN audit.writer w USING (writer) ${NEWEST_RANGE} ORDER BY c.writer`;

const CHAIN = `
SELECT ${COLUMNS} FROM (SELECT $2::uuid AS writer) c LEFT JOIN audit.writer w USING (writer) ${NEWEST_RANGE}`;

const RECORDS = `
SELECT e.seq, encode(e.prev_hash, 'hex') AS "prevHash", encode(e.hash, 'hex') AS hash, e.record,
       CASE WHEN e.record ? 'subjectsDigest' THEN (
         SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), 'UTF8')), 'hex')
           FROM (SELECT s.ods_code || ':' || s.kind || ':' || s.key_id || ':' || encode(s.hash, 'hex') || ':'
                        || encode(sha256(s.sealed), 'hex') AS line
                   FROM audit.subject s
                  WHERE s.attempt_id = e.attempt_id AND s.started_at = e.started_at AND s.event_kind = e.kind) lines
       ) END AS "subjectsDigest",
       coalesce(e.record ->> 'kind' = e.kind AND lower(e.record ->> 'attemptId') = e.attempt_id::text
         AND e.record ->> 'startedAtMs' = ((extract(epoch FROM e.started_at) * 1000)::bigint)::text, false) AS "fitsRow",
       e.kind = 'OUTCOME' AND EXISTS (
         SELECT FROM audit.event o
          WHERE o.attempt_id = e.attempt_id AND o.kind = 'OUTCOME'
            AND o.started_at BETWEEN e.started_at - interval '1 day' AND e.started_at + interval '1 day'
            AND (o.started_at, o.writer, o.seq) < (e.started_at, e.writer, e.seq)
       ) AS "isSecondOutcome",
       EXISTS (SELECT FROM audit.verified_range v
                WHERE v.writer = e.writer AND v.to_seq = e.seq AND v.hash <> e.hash) AS "wasAnother"
  FROM audit.event e WHERE e.writer = $1 AND e.seq BETWEEN $2 AND $3 ORDER BY e.seq LIMIT $4`;

const HASHES = `
SELECT h.writer, coalesce(encode(e.hash, 'hex'), CASE WHEN r.to_seq = h.seq THEN encode(r.hash, 'hex') ELSE h.hash END) AS hash
  FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS h (writer, seq, hash)
  LEFT JOIN audit.event e ON e.writer = h.writer AND e.seq = h.seq
  LEFT JOIN audit.removed_range r ON r.writer = h.writer AND h.seq BETWEEN r.from_seq AND r.to_seq
 WHERE e.seq IS NOT NULL OR r.to_seq IS NOT NULL`;

/**
 * A removal is known by its event, the first record of a chain of its own, which names the manifest of the month and covers
 * all its stretches; or the event has left the database with its own month. The archives have one unbroken stretch of each
 * chain together.
 */
const REMOVED = `
WITH removal AS (
  SELECT r.writer, EXISTS (
      SELECT FROM audit.archive a WHERE a.month = r.month AND a.manifest = r.manifest)
    AND r.ranges_sha256 = (
      SELECT sha256(convert_to(string_agg(concat_ws(' ', g.writer, g.from_seq, g.to_seq, encode(g.prev_hash, 'hex'),
               encode(g.hash, 'hex')) || E'\\n', '' ORDER BY g.writer, g.from_seq), 'UTF8'))
        FROM audit.removed_range g WHERE g.removal = r.writer)
    AND (EXISTS (SELECT FROM audit.event e
           WHERE e.writer = r.writer AND e.seq = 1 AND e.event = 'TRAIL_MONTH_REMOVED'
             AND e.record -> 'facts' ->> 'month' = r.month
             AND e.record -> 'facts' ->> 'manifestSha256' = encode(r.manifest, 'hex')
             AND e.record -> 'facts' ->> 'rangesSha256' = encode(r.ranges_sha256, 'hex'))
      OR EXISTS (SELECT FROM audit.removed_range own WHERE own.writer = r.writer AND own.from_seq = 1)) AS is_known
    FROM audit.removal r WHERE r.writer IN (SELECT removal FROM audit.removed_range WHERE writer = $1 AND to_seq >= $2)
), archived AS (
  SELECT min(c.from_seq) AS from_seq, max(c.to_seq) AS to_seq
    FROM audit.archive_chain c JOIN audit.archive USING (month) WHERE c.writer = $1
)
SELECT g.writer, g.from_seq AS "fromSeq", g.to_seq AS "toSeq", encode(g.prev_hash, 'hex') AS "prevHash",
       encode(g.hash, 'hex') AS hash,
       coalesce(r.is_known AND g.from_seq >= a.from_seq AND g.to_seq <= a.to_seq, false) AS "isBound"
  FROM audit.removed_range g JOIN removal r ON r.writer = g.removal CROSS JOIN archived a
 WHERE g.writer = $1 AND g.to_seq >= $2 ORDER BY g.from_seq`;
