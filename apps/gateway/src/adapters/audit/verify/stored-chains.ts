/** What the verification of the trail reads: where the chains stand, how far they are verified, and their records. */
import type { ChainFault, ChainProgress, Position, StoredRecord } from '@gatehouse/domain/audit/chain-check';
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

/** The hashes (hex) of the records that these heads name, by writer; a head whose record is not stored has none. */
export async function hashesAt(
  database: Queries,
  heads: readonly ChainHead[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ writer: string; hash: string }>(HASHES, [
    heads.map(({ writer }) => writer),
    heads.map(({ seq }) => seq),
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
SELECT e.writer, encode(e.hash, 'hex') AS hash
  FROM unnest($1::uuid[], $2::bigint[]) AS h (writer, seq) JOIN audit.event e ON e.writer = h.writer AND e.seq = h.seq`;
