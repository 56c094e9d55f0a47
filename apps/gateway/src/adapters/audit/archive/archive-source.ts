/** What the archive reads of the trail, a page at a time: no statement reads a month. */
import { createHash } from 'node:crypto';
import {
  type ChainFacts,
  monthOf,
  spanOfMonth,
  type Stretch,
  stretchOf,
} from '@gatehouse/domain/audit/archive/archive-month';
import type { ArchivedChain } from '@gatehouse/domain/audit/archive/archive-manifest';
import type { ArchivedRecord, ArchivedSubject, Hashing } from '@gatehouse/domain/audit/archive/archive-lines';
import type pg from 'pg';
import { epochMs, millisecondsOf } from '../read/filter.js';
import { readOldestOpen } from '../rollup/compare.js';
import { digestOfLeaves, linkHex } from '../write/chain.js';

type Queries = Pick<pg.Pool, 'query'>;

export interface ArchiveSource {
  /** The month after the archived one in which the oldest record's attempt began; null: there is none. */
  nextMonth(archived: string | null): Promise<string | null>;
  /** When the oldest attempt began that has no OUTCOME, epoch ms. */
  oldestOpen(): Promise<number | null>;
  /** What the archive of the month has of each chain. */
  chains(month: string): Promise<ArchivedChain[]>;
  /** The records of a chain from one number on, up to another: one at least, if there is one. */
  records(stretch: Stretch): Promise<ArchivedRecord[]>;
}

/** Of one statement. A record may have a hundred thousand subjects. */
const MOST_RECORDS = 200;
const MOST_SUBJECTS = 5_000;

export function openArchiveSource(database: Queries): ArchiveSource {
  return {
    async nextMonth(archived) {
      const afterMs = archived === null ? null : spanOfMonth(archived).toMs;
      const { rows } = await database.query<{ ms: string }>(OLDEST, [afterMs]);
      return rows[0] === undefined ? null : monthOf(Number(rows[0].ms));
    },

    oldestOpen: () => readOldestOpen(database),

    async chains(month) {
      const { fromMs, toMs } = spanOfMonth(month);
      const { rows } = await database.query<FactsRow>(FACTS, [fromMs, toMs]);
      const stretches = rows.flatMap((row) => stretchOf(toFacts(row)) ?? []);
      const ends = await database.query<EndsRow>(ENDS, [
        stretches.map(({ writer }) => writer),
        stretches.map(({ fromSeq }) => fromSeq),
        stretches.map(({ toSeq }) => toSeq),
      ]);
      return ends.rows.map(({ prevHash, hash, headSeq, headHash, ...row }) => {
        const [fromSeq, toSeq] = [Number(row.fromSeq), Number(row.toSeq)];
        if (prevHash === null || hash === null)
          throw new Error(`chain ${row.writer} lacks record ${String(prevHash === null ? fromSeq : toSeq)}`);
        return { ...row, fromSeq, toSeq, prevHash, hash, head: { seq: Number(headSeq), hash: headHash } };
      });
    },

    async records({ writer, fromSeq, toSeq }) {
      const { rows } = await database.query<RecordRow>(RECORDS, [
        ...[writer, fromSeq, Math.min(toSeq, fromSeq + MOST_RECORDS - 1), MOST_SUBJECTS],
      ]);
      return rows.map(({ seq, subjects, ...row }) => ({
        ...{ writer, seq: Number(seq), ...row },
        ...(subjects === null ? {} : { subjects }),
      }));
    },
  };
}

/** How the records of the trail are hashed. */
export const hashing: Hashing = {
  link: linkHex,
  digest: (subjects) =>
    digestOfLeaves(
      subjects.map(({ odsCode, kind, keyId, hash, sealed }) => ({
        ...{ odsCode, kind, keyId, hash },
        sealedSha256: createHash('sha256').update(Buffer.from(sealed, 'base64')).digest('hex'),
      })),
    ),
};

interface FactsRow extends Pick<ChainFacts, 'writer'> {
  readonly archivedTo: string;
  readonly first: string | null;
  readonly last: string | null;
  readonly lastNew: string | null;
}

interface EndsRow extends Pick<ArchivedChain, 'writer' | 'state'> {
  readonly prevHash: string | null;
  readonly hash: string | null;
  readonly fromSeq: string;
  readonly toSeq: string;
  readonly headSeq: string;
  readonly headHash: string;
}

interface RecordRow extends Omit<ArchivedRecord, 'seq' | 'writer' | 'subjects'> {
  readonly seq: string;
  readonly subjects: readonly ArchivedSubject[] | null;
}

function toFacts({ writer, ...numbers }: FactsRow): ChainFacts {
  const { archivedTo, first, last, lastNew } = numbers;
  return {
    writer,
    ...{ archivedTo: Number(archivedTo), first: Number(first), last: Number(last), lastNew: Number(lastNew) },
  };
}

const OLDEST = `
SELECT ${millisecondsOf('started_at')} AS ms FROM audit.event
 WHERE $1::bigint IS NULL OR started_at >= ${epochMs('$1')} ORDER BY started_at LIMIT 1`;

const ofMonth = `writer = w.writer AND started_at >= ${epochMs('$1')} AND started_at < ${epochMs('$2')}`;

/** Of each chain one look into the index of each partition. */
const FACTS = `
SELECT w.writer, a.seq AS "archivedTo",
       (SELECT seq FROM audit.event WHERE ${ofMonth} ORDER BY seq LIMIT 1) AS first,
       (SELECT seq FROM audit.event WHERE ${ofMonth} ORDER BY seq DESC LIMIT 1) AS last,
       (SELECT seq FROM audit.event WHERE writer = w.writer AND started_at < ${epochMs('$2')} AND seq > a.seq
         ORDER BY seq DESC LIMIT 1) AS "lastNew"
  FROM audit.writer w
 CROSS JOIN LATERAL (SELECT coalesce(max(to_seq), 0) AS seq FROM audit.archive_chain WHERE writer = w.writer) a
 WHERE w.seq > 0`;

/** A record that is not stored has no hash. */
const ENDS = `
SELECT w.writer, w.state, w.seq AS "headSeq", encode(w.hash, 'hex') AS "headHash", s.from_seq AS "fromSeq",
       s.to_seq AS "toSeq", encode(f.prev_hash, 'hex') AS "prevHash", encode(t.hash, 'hex') AS hash
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS s (writer, from_seq, to_seq)
  JOIN audit.writer w USING (writer)
  LEFT JOIN audit.event f ON f.writer = s.writer AND f.seq = s.from_seq
  LEFT JOIN audit.event t ON t.writer = s.writer AND t.seq = s.to_seq
 ORDER BY w.writer`;

/** Records up to a number of subjects, so that a few worklists don't fill the memory: the first one always. */
const RECORDS = `
WITH page AS (
  SELECT e.seq, e.prev_hash, e.hash, e.record, e.attempt_id, e.started_at, e.kind,
         CASE WHEN e.record ? 'subjectsDigest' THEN (SELECT count(*) FROM audit.subject s
           WHERE s.attempt_id = e.attempt_id AND s.started_at = e.started_at AND s.event_kind = e.kind) ELSE 0 END AS subjects
    FROM audit.event e WHERE e.writer = $1 AND e.seq BETWEEN $2 AND $3 OFFSET 0
), counted AS (SELECT *, sum(subjects) OVER (ORDER BY seq) AS total FROM page)
SELECT e.seq, encode(e.prev_hash, 'hex') AS "prevHash", encode(e.hash, 'hex') AS hash, e.record,
       CASE WHEN e.subjects > 0 THEN
         (SELECT json_agg(json_build_object('odsCode', s.ods_code, 'kind', s.kind, 'keyId', s.key_id,
                   'hash', encode(s.hash, 'hex'), 'sealed', translate(encode(s.sealed, 'base64'), E'\\n', ''))
                   ORDER BY s.ods_code COLLATE "C", s.kind, s.key_id, s.hash, s.sealed)
            FROM audit.subject s
           WHERE s.attempt_id = e.attempt_id AND s.started_at = e.started_at AND s.event_kind = e.kind) END AS subjects
  FROM counted e WHERE e.total <= $4 OR e.seq = $2 ORDER BY e.seq`;
