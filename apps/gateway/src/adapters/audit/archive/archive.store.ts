/** The archives of the trail: what each will have, what is stored of it, and where. Rows are only ever added. */
import {
  type ArchivedChain,
  type ArchiveObject,
  type ArchivePlan,
  manifestFile,
} from '@gatehouse/domain/audit/archive/archive-manifest';
import type pg from 'pg';
import { epochMs, millisecondsOf } from '../read/filter.js';

type Queries = Pick<pg.Pool, 'query'>;

export interface ArchivedMonth {
  readonly month: string;
  readonly archivedAtMs: number;
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  /** SHA-256 of its manifest, hex. */
  readonly manifest: string;
}

export interface ArchiveStore {
  /** Keeps other workers from archiving, for so long. False while another one does. */
  hold(nowMs: number, forMs: number): Promise<boolean>;
  /** Lets other workers archive. @param failing why this run could not go on; null: it could */
  release(nowMs: number, failing: string | null): Promise<void>;
  /** The oldest plan that is not carried out, or whose archive one of these places lacks. */
  unfinished(places: readonly string[]): Promise<ArchivePlan | null>;
  /** The newest archived month with the SHA-256 of its manifest; null: there is none. */
  newest(): Promise<Pick<ArchivedMonth, 'month' | 'manifest'> | null>;
  /** @returns false if another worker has planned the month */
  addPlan(plan: ArchivePlan): Promise<boolean>;
  objects(month: string, writer?: string): Promise<ArchiveObject[]>;
  /** @returns false if another worker has stored the records from its first one on */
  addObject(month: string, object: ArchiveObject): Promise<boolean>;
  /** Those of these places that have the file. */
  placesOf(month: string, file: string): Promise<ReadonlySet<string>>;
  addCopy(copy: Copy, nowMs: number): Promise<void>;
  /** @returns false if another worker has recorded it */
  addArchive(archived: ArchivedMonth): Promise<boolean>;
}

export interface Copy {
  readonly month: string;
  readonly place: string;
  readonly file: string;
  readonly version: string | null;
}

const LONGEST_CAUSE = 300;

/** @param holder of this process's archiving: a UUID */
export function openArchiveStore(database: Queries, holder: string): ArchiveStore {
  const isAdded = async (sql: string, values: readonly unknown[]): Promise<boolean> =>
    (await database.query(sql, [...values])).rowCount === 1;
  return {
    hold: (nowMs, forMs) => isAdded(HOLD, [holder, nowMs, nowMs + forMs]),

    async release(nowMs, failing) {
      await database.query(RELEASE, [holder, failing?.slice(0, LONGEST_CAUSE) ?? null, nowMs]);
    },

    async unfinished(places) {
      const { rows } = await database.query<PlanRow>(UNFINISHED, [places]);
      return rows[0] === undefined ? null : toPlan(rows[0]);
    },

    async newest() {
      const { rows } = await database.query<{ month: string; manifest: string }>(
        `SELECT month, encode(manifest, 'hex') AS manifest FROM audit.archive ORDER BY month DESC LIMIT 1`,
      );
      return rows[0] ?? null;
    },

    addPlan: ({ month, plannedAtMs, gatehouse, previous, checkpoint, chains }) =>
      isAdded(ADD_PLAN, [
        ...[month, plannedAtMs, gatehouse, previous, checkpoint.sequence, checkpoint.sha256],
        JSON.stringify(chains),
      ]),

    async objects(month, writer) {
      const { rows } = await database.query<ObjectRow>(OBJECTS, [month, writer ?? null]);
      return rows.map(({ fromSeq, toSeq, bytes, ...row }) => ({
        ...row,
        ...{ fromSeq: Number(fromSeq), toSeq: Number(toSeq), bytes: Number(bytes) },
      }));
    },

    addObject: (month, { writer, fromSeq, toSeq, prevHash, hash, bytes, sha256, file }) =>
      isAdded(ADD_OBJECT, [month, writer, fromSeq, toSeq, prevHash, hash, bytes, sha256, file]),

    async placesOf(month, file) {
      const { rows } = await database.query<{ place: string }>(
        'SELECT place FROM audit.archive_copy WHERE month = $1 AND file = $2',
        [month, file],
      );
      return new Set(rows.map(({ place }) => place));
    },

    async addCopy({ month, place, file, version }, nowMs) {
      await database.query(
        `INSERT INTO audit.archive_copy (month, place, file, version, stored_at)
         VALUES ($1, $2, $3, $4, ${epochMs('$5')}) ON CONFLICT DO NOTHING`,
        [month, place, file, version, nowMs],
      );
    },

    addArchive: ({ month, archivedAtMs, records, objects, bytes, manifest }) =>
      isAdded(
        `INSERT INTO audit.archive (month, archived_at, records, objects, bytes, manifest)
         VALUES ($1, ${epochMs('$2')}, $3, $4, $5, decode($6, 'hex')) ON CONFLICT DO NOTHING`,
        [month, archivedAtMs, records, objects, bytes, manifest],
      ),
  };
}

interface ObjectRow extends Omit<ArchiveObject, 'fromSeq' | 'toSeq' | 'bytes'> {
  readonly fromSeq: string;
  readonly toSeq: string;
  readonly bytes: string;
}

interface PlanRow extends Pick<ArchivePlan, 'month' | 'gatehouse'> {
  readonly plannedAtMs: string;
  readonly previous: string;
  readonly sequence: string;
  readonly sha256: string;
  readonly chains: readonly ArchivedChain[];
}

function toPlan({ month, plannedAtMs, gatehouse, previous, sequence, sha256, chains }: PlanRow): ArchivePlan {
  return {
    ...{ month, plannedAtMs: Number(plannedAtMs), gatehouse, previous, chains },
    checkpoint: { sequence: Number(sequence), sha256 },
  };
}

const HOLD = `
INSERT INTO audit_search.archive_run AS old (held_by, held_until) VALUES ($1, ${epochMs('$3')})
    ON CONFLICT (one) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
 WHERE old.held_by IS NULL OR old.held_by = excluded.held_by OR old.held_until <= ${epochMs('$2')}`;

const RELEASE = `
UPDATE audit_search.archive_run
   SET held_by = NULL, cause = $2,
       failing_since = CASE WHEN $2::text IS NOT NULL THEN coalesce(failing_since, ${epochMs('$3')}) END
 WHERE held_by = $1`;

const CHAINS_OF_PLAN = `
(SELECT coalesce(json_agg(json_build_object('writer', c.writer, 'state', c.state,
          'head', json_build_object('seq', c.head_seq, 'hash', encode(c.head_hash, 'hex')),
          'fromSeq', c.from_seq, 'toSeq', c.to_seq, 'prevHash', encode(c.prev_hash, 'hex'),
          'hash', encode(c.hash, 'hex')) ORDER BY c.writer), '[]')
   FROM audit.archive_chain c WHERE c.month = p.month)`;

/** The name of the manifest of a month. @param month an expression of SQL */
export const manifestOf = (month: string): string => `'${manifestFile(`' || ${month} || '`)}'`;

/**
 * The manifest is stored last, so a place that has it has the objects too. A month that has left the database can't be archived
 * again: a place that is new does not get it.
 */
const UNFINISHED = `
SELECT p.month, ${millisecondsOf('p.planned_at')} AS "plannedAtMs", p.gatehouse, encode(p.previous, 'hex') AS previous,
       p.checkpoint AS sequence, encode(p.checkpoint_hash, 'hex') AS sha256, ${CHAINS_OF_PLAN} AS chains
  FROM audit.archive_plan p
 WHERE NOT EXISTS (SELECT FROM audit.archive a WHERE a.month = p.month)
    OR NOT EXISTS (SELECT FROM audit.removal r WHERE r.month = p.month)
   AND EXISTS (SELECT FROM unnest($1::text[]) AS wanted (place) WHERE NOT EXISTS
         (SELECT FROM audit.archive_copy c
           WHERE c.month = p.month AND c.place = wanted.place AND c.file = ${manifestOf('p.month')}))
 ORDER BY p.month LIMIT 1`;

const ADD_PLAN = `
WITH plan AS (
  INSERT INTO audit.archive_plan (month, planned_at, gatehouse, previous, checkpoint, checkpoint_hash)
  VALUES ($1, ${epochMs('$2')}, $3, decode($4, 'hex'), $5, decode($6, 'hex'))
  ON CONFLICT DO NOTHING RETURNING month
), chains AS (
  INSERT INTO audit.archive_chain (month, writer, state, head_seq, head_hash, from_seq, to_seq, prev_hash, hash)
  SELECT plan.month, c.writer, c.state, (c.head ->> 'seq')::bigint, decode(c.head ->> 'hash', 'hex'), c."fromSeq",
         c."toSeq", decode(c."prevHash", 'hex'), decode(c.hash, 'hex')
    FROM plan, jsonb_to_recordset($7::jsonb) AS c (writer uuid, state text, head jsonb, "fromSeq" bigint, "toSeq" bigint,
           "prevHash" text, hash text)
)
SELECT month FROM plan`;

const OBJECTS = `
SELECT writer, from_seq AS "fromSeq", to_seq AS "toSeq", encode(prev_hash, 'hex') AS "prevHash",
       encode(hash, 'hex') AS hash, bytes, encode(sha256, 'hex') AS sha256, file
  FROM audit.archive_object WHERE month = $1 AND ($2::uuid IS NULL OR writer = $2) ORDER BY writer, from_seq`;

const ADD_OBJECT = `
INSERT INTO audit.archive_object (month, writer, from_seq, to_seq, prev_hash, hash, bytes, sha256, file)
VALUES ($1, $2, $3, $4, decode($5, 'hex'), decode($6, 'hex'), $7, decode($8, 'hex'), $9) ON CONFLICT DO NOTHING`;
