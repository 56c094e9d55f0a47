/**
 * The rows by which lists are filtered (ADR 59). What may have changed is marked, and decided again a slice at a time. A
 * mark that is set while a decision is under way outlives it, because the decision is stored by compare-and-set.
 */
import type { Database, Queries } from '@gatehouse/db/client';
import type { ApplicationHealth } from './application-healths.js';

/** Rows of the registry's history, and of each chain, that are read in one go. */
const CHANGES_AT_ONCE = 1_000;
const RECORDS_AT_ONCE = 5_000;
/** A change may concern every application: a client with a grant for each organisation. */
const MARK_LIMIT_MS = 60_000;
/** Decided again by then, whatever happens. */
const AT_MOST_MS = 3_600_000;

/**
 * Marks the applications that changed since the last time, by the registry and by the trail.
 * @returns whether there is more to read
 */
export async function markChanged(db: Database, nowMs: number): Promise<boolean> {
  return db.$transaction(
    async (transaction) => {
      const now = new Date(nowMs);
      // The row, which the migration made, keeps out other workers until this one has finished.
      const [registry] = await transaction.$queryRaw<{ position: bigint }[]>`
        SELECT position FROM health_position WHERE source = 'registry' FOR UPDATE`;
      const changes = await markByRegistry(transaction, registry?.position ?? 0n, now);
      const records = await markByTrail(transaction, now);
      return changes === CHANGES_AT_ONCE || records >= RECORDS_AT_ONCE;
    },
    { timeout: MARK_LIMIT_MS },
  );
}

/** The applications of every organisation, and of every client's organisations, that a change concerns. */
async function markByRegistry(db: Queries, since: bigint, now: Date): Promise<number> {
  const [read] = await db.$queryRaw<{ changes: number }[]>`
    WITH change AS MATERIALIZED (
      SELECT n, ods_codes, client_ids FROM registry_change WHERE n > ${since} ORDER BY n LIMIT ${CHANGES_AT_ONCE}
    ), code AS (
      SELECT unnest(ods_codes) AS ods_code FROM change
      UNION SELECT g.ods_code FROM client_grant g WHERE g.client_id IN (SELECT unnest(client_ids) FROM change)
    ), marked AS (
      INSERT INTO application_health AS h (application_id, due_at)
      SELECT DISTINCT application_id, ${now}::timestamptz FROM binding JOIN code USING (ods_code) ORDER BY 1
      ON CONFLICT (application_id) DO UPDATE SET due_at = least(h.due_at, EXCLUDED.due_at), marks = h.marks + 1
    ), moved AS (
      UPDATE health_position SET position = greatest(${since}, (SELECT coalesce(max(n), 0) FROM change))
       WHERE source = 'registry'
    )
    SELECT count(*)::int AS changes FROM change`;
  return read?.changes ?? 0;
}

/**
 * The applications whose newest call of those that ended since ended otherwise than the one before. Its `OFFSET 0` keeps
 * PostgreSQL from reading the whole trail for a page of records.
 */
async function markByTrail(db: Queries, now: Date): Promise<number> {
  const [read] = await db.$queryRaw<{ most: number }[]>`
    WITH behind AS MATERIALIZED (
      SELECT w.writer, coalesce(p.position, 0) AS since,
             least(w.seq, coalesce(p.position, 0) + ${RECORDS_AT_ONCE}) AS until
        FROM audit.writer w LEFT JOIN health_position p ON p.source = w.writer::text
       WHERE w.seq > coalesce(p.position, 0)
    ), newest AS (
      SELECT DISTINCT ON (application) application, outcome FROM (
        SELECT i.record ->> 'applicationId' AS application, e.started_at, e.outcome
          FROM behind
         CROSS JOIN LATERAL (SELECT attempt_id, started_at, outcome FROM audit.event
                WHERE writer = behind.writer AND seq > behind.since AND seq <= behind.until
                  AND kind IN ('OUTCOME', 'DENIED') OFFSET 0) e
         CROSS JOIN LATERAL (SELECT record FROM audit.event
                WHERE attempt_id = e.attempt_id AND started_at = e.started_at AND kind IN ('INTENT', 'DENIED') OFFSET 0) i
         WHERE i.record ->> 'applicationId' IS NOT NULL AND i.record ->> 'probe' IS NULL) ended
       ORDER BY application, started_at DESC
    ), marked AS (
      UPDATE application_health h SET due_at = least(h.due_at, ${now}::timestamptz), marks = h.marks + 1 FROM newest
       WHERE h.application_id = newest.application::uuid AND (h.cause IS NULL OR h.cause = 'newest call')
         AND h.health IS DISTINCT FROM CASE newest.outcome WHEN 'COMPLETED' THEN 'works' ELSE 'refused' END
    ), moved AS (
      INSERT INTO health_position AS p (source, position) SELECT writer::text, until FROM behind
      ON CONFLICT (source) DO UPDATE SET position = EXCLUDED.position
    )
    SELECT coalesce(max(until - since), 0)::int AS most FROM behind`;
  return read?.most ?? 0;
}

/** By application id, how often each had been marked. */
export type DueHealths = ReadonlyMap<string, number>;

export async function dueHealths(
  db: Pick<Queries, '$queryRaw'>,
  nowMs: number,
  most: number,
): Promise<DueHealths> {
  const rows = await db.$queryRaw<{ id: string; marks: number }[]>`
    SELECT application_id::text AS id, marks FROM application_health WHERE due_at <= ${new Date(nowMs)}
     ORDER BY due_at, application_id LIMIT ${most}`;
  return new Map(rows.map(({ id, marks }) => [id, marks]));
}

/** Stores what was decided of applications that have not been marked since. */
export async function storeHealths(
  db: Pick<Queries, '$executeRaw'>,
  due: DueHealths,
  decided: readonly ApplicationHealth[],
  nowMs: number,
): Promise<void> {
  const dueAts = decided.map(
    ({ changesAtMs }) => new Date(Math.min(changesAtMs ?? Infinity, nowMs + AT_MOST_MS)),
  );
  await db.$executeRaw`
    UPDATE application_health h SET health = new.health, cause = new.cause, due_at = new.due_at
      FROM unnest(
        ${decided.map(({ id }) => id)}::uuid[], ${decided.map(({ health }) => health.health)}::text[],
        ${decided.map(({ health }) => health.cause)}::text[], ${dueAts}::timestamptz[],
        ${decided.map(({ id }) => due.get(id) ?? -1)}::int[]
      ) AS new (id, health, cause, due_at, marks)
     WHERE h.application_id = new.id AND h.marks = new.marks`;
}
