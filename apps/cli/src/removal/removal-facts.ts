/** What the database says of a month that is to leave it, read as the owner. */
import { spanOfMonth } from '@gatehouse/domain/audit/archive/archive-month';
import { manifestFile } from '@gatehouse/domain/audit/archive/archive-manifest';
import { partitionsOf, type RemovalFacts } from '@gatehouse/domain/audit/archive/removal';
import { coveredHeads, parseHeadLines } from '@gatehouse/domain/audit/checkpoint';
import type pg from 'pg';

/** @param places where checkpoints and archives are stored, as they are configured */
export async function readRemovalFacts(
  client: pg.Client,
  month: string,
  places: readonly string[],
): Promise<RemovalFacts> {
  const { event } = partitionsOf(month);
  const keepOnline = await readKeepOnline(client);
  const { rows } = await client.query<{ hasPartition: boolean; isArchived: boolean; has: string[] }>(MONTH, [
    month,
    event,
    manifestFile(month),
  ]);
  const { hasPartition = false, isArchived = false, has = [] } = rows[0] ?? {};
  const base = { keepOnline, hasPartition, isArchived };
  const placesWithout = places.filter((place) => !has.includes(place));
  if (!hasPartition)
    return {
      ...{ ...base, placesWithout, unarchived: null, neededBy: null, uncovered: null, streamsBehind: [] },
      ...{ oldestOpenMs: null, unswept: null },
    };
  await noteChains(client, event);
  return { ...base, placesWithout, ...(await readChains(client, month)) };
}

/** How long months stay, and how many people the newest change of it names. Nobody can change it until the transaction ends. */
export async function readKeepOnline(client: pg.Client): Promise<RemovalFacts['keepOnline']> {
  const { rows } = await client.query<{ months: number | null; people: number }>(
    `SELECT keep_online AS months,
            (SELECT count(DISTINCT person)::int FROM jsonb_array_elements(
               (SELECT people FROM public.registry_change
                 WHERE table_name = 'trail_retention' AND row_key = r.id::text ORDER BY n DESC LIMIT 1)) AS person) AS people
       FROM public.trail_retention r WHERE ods_code IS NULL FOR SHARE OF r`,
  );
  return rows[0] ?? null;
}

/** Keeps of each chain its records in the month, and where it stands, for this connection. */
async function noteChains(client: pg.Client, event: string): Promise<void> {
  await client.query('DROP TABLE IF EXISTS pg_temp.removal_chain');
  await client.query(
    `CREATE TEMP TABLE removal_chain AS
     SELECT w.writer, w.seq AS head_seq, m.last FROM audit.writer w
       LEFT JOIN (SELECT writer, max(seq) AS last FROM audit.${event} GROUP BY writer) m USING (writer)`,
  );
}

async function readChains(client: pg.Client, month: string) {
  const { rows } = await client.query<FactsRow>(CHAINS, [new Date(spanOfMonth(month).toMs)]);
  const checkpoints = await client.query<{ heads: string }>(
    `SELECT heads FROM audit.checkpoint
      WHERE sequence >= (SELECT max(sequence) FROM audit.checkpoint WHERE is_full) ORDER BY sequence`,
  );
  const covered = coveredHeads(checkpoints.rows.map(({ heads }) => parseHeadLines(heads)));
  const lasts = await client.query<{ writer: string; seq: string }>(
    'SELECT writer, last AS seq FROM removal_chain WHERE last IS NOT NULL ORDER BY writer',
  );
  const uncovered = lasts.rows.find(({ writer, seq }) => (covered.get(writer)?.seq ?? 0) < Number(seq));
  const [facts] = rows;
  if (facts === undefined) throw new Error('no facts of the month');
  const { unarchivedWriter, unarchivedSeq, neededBy, streamsBehind, oldestOpenMs, unswept } = facts;
  return {
    unarchived: unarchivedWriter === null ? null : { writer: unarchivedWriter, seq: Number(unarchivedSeq) },
    uncovered: uncovered === undefined ? null : { writer: uncovered.writer, seq: Number(uncovered.seq) },
    ...{ neededBy, streamsBehind, unswept },
    oldestOpenMs: oldestOpenMs === null ? null : Number(oldestOpenMs),
  };
}

interface FactsRow extends Pick<RemovalFacts, 'neededBy' | 'streamsBehind' | 'unswept'> {
  readonly unarchivedWriter: string | null;
  readonly unarchivedSeq: string | null;
  readonly oldestOpenMs: string | null;
}

/** The manifest is stored last, so a place that has it has the objects too. */
const MONTH = `
SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('audit.' || $2)) AS "hasPartition",
       EXISTS (SELECT FROM audit.archive WHERE month = $1) AS "isArchived",
       ARRAY(SELECT place FROM audit.archive_copy
              WHERE month = $1 AND file = $3) AS has`;

const ARCHIVED_TO = `
(SELECT c.writer, max(c.to_seq) AS seq FROM audit.archive_chain c JOIN audit.archive USING (month) GROUP BY c.writer)`;

/**
 * An archive has of each chain everything after the one before it, or more, if its own first record lies before that. So a
 * month that is not archived yet may need records of this one.
 */
const CHAINS = `
WITH archived AS ${ARCHIVED_TO}, unarchived AS (
  SELECT m.writer, m.last FROM removal_chain m LEFT JOIN archived a USING (writer)
   WHERE m.last > coalesce(a.seq, 0) ORDER BY m.writer LIMIT 1
), next_month AS (
  SELECT (to_date(max(month), 'YYYY-MM') + interval '1 month')::timestamp AT TIME ZONE 'UTC' AS begins FROM audit.archive
), needed AS (
  SELECT e.started_at FROM removal_chain m, next_month n
   CROSS JOIN LATERAL (SELECT started_at FROM audit.event
     WHERE writer = m.writer AND seq < m.last AND started_at >= greatest(n.begins, $1) ORDER BY seq LIMIT 1) e
   LIMIT 1
)
SELECT (SELECT writer FROM unarchived) AS "unarchivedWriter", (SELECT last FROM unarchived) AS "unarchivedSeq",
       (SELECT to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM needed) AS "neededBy",
       ARRAY(SELECT s.place FROM audit_search.stream s WHERE EXISTS (
         SELECT FROM removal_chain m LEFT JOIN audit_search.stream_position p ON p.place = s.place AND p.writer = m.writer
          WHERE m.last > coalesce(p.seq, 0)) ORDER BY s.place) AS "streamsBehind",
       (SELECT (extract(epoch FROM min(i.started_at)) * 1000)::bigint FROM audit.writer w
         CROSS JOIN LATERAL (SELECT * FROM audit.event WHERE writer = w.writer AND seq >= w.open_from AND kind = 'INTENT'
                              OFFSET 0) i
         WHERE w.state IN ('live', 'sweeping') AND NOT EXISTS (SELECT FROM audit.event o
           WHERE o.attempt_id = i.attempt_id AND o.kind = 'OUTCOME' AND o.started_at = i.started_at)) AS "oldestOpenMs",
       (SELECT w.writer FROM removal_chain m JOIN audit.writer w USING (writer)
         WHERE m.last IS NOT NULL AND (w.state = 'sweeping' OR (w.state = 'live' AND w.lease_until < now()))
         ORDER BY w.writer LIMIT 1) AS unswept`;
