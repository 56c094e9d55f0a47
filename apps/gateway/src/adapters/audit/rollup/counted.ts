/**
 * How the records of the trail become rows of the roll-ups, as SQL (docs/audit.md, "Roll-ups"). What counts the trail, what
 * compares it with the roll-ups and what reads the records that are not counted yet share it.
 */
import { BUCKET_BOUNDS_MS, BUCKETS } from '@gatehouse/domain/audit/rollup/buckets';
import type pg from 'pg';

export type Queries = Pick<pg.Pool, 'query'>;

/** What tells rows of `audit_search.hour` apart. */
export const KEY = [
  ...['hour', 'environment', 'ods_code', 'client_id', 'application_id', 'interaction', 'outcome', 'code'],
] as const;

/** Longer texts would be no name or code, and could not be indexed. */
const LENGTH = 200;
const text = (sql: string): string => `left(${sql}, ${LENGTH})`;

/** A number of a record; null if the record has none. */
const amount = (record: string, name: string): string =>
  `CASE WHEN jsonb_typeof(${record} -> '${name}') = 'number' THEN (${record} ->> '${name}')::float8 END`;

/**
 * The records of a chain with a `seq` above one bound and up to another, as `o` of a FROM clause. With both bounds and
 * `OFFSET 0`, PostgreSQL takes the index and does not read the whole trail.
 */
export const recordsOf = (writer: string, above: string, upTo: string): string => `LATERAL (
  SELECT * FROM audit.event WHERE writer = ${writer} AND seq > ${above} AND seq <= ${upTo} OFFSET 0) o`;

/**
 * A row for each request that was rejected and for each attempt whose OUTCOME is known, in the hour in which it began. An
 * OUTCOME names neither organisation nor client; its INTENT does, which was committed before it and may lie in another
 * chain. e-RS's time is that from the sending of the call; Gatehouse's own is known of first attempts alone, since the
 * duration of a later one includes those before it.
 * Each INTENT is looked up by its index: `OFFSET 0` keeps PostgreSQL from reading the whole trail for a page of records.
 * @param source a FROM clause that has the records as `o`
 */
export const countedRecords = (source: string): string => `
SELECT date_bin('1 hour', o.started_at, timestamptz 'epoch') AS hour,
       ${text(`facts.record ->> 'environment'`)} AS environment, ${text('facts.ods_code')} AS ods_code,
       ${text('facts.client_id')} AS client_id, ${text(`facts.record ->> 'applicationId'`)} AS application_id,
       ${text('facts.interaction')} AS interaction, ${text(`coalesce(o.outcome, 'UNKNOWN')`)} AS outcome,
       ${text('o.code')} AS code, times.upstream_ms,
       CASE WHEN facts.record -> 'attemptNumber' = '1' THEN greatest(0, times.whole_ms - times.upstream_ms) END AS own_ms
  FROM ${source}
  LEFT JOIN LATERAL (SELECT record, ods_code, client_id, interaction FROM audit.event
        WHERE o.kind = 'OUTCOME' AND kind = 'INTENT' AND attempt_id = o.attempt_id AND started_at = o.started_at
       OFFSET 0) i ON true
  CROSS JOIN LATERAL (SELECT coalesce(i.record, o.record) AS record, coalesce(i.ods_code, o.ods_code) AS ods_code,
          coalesce(i.client_id, o.client_id) AS client_id, coalesce(i.interaction, o.interaction) AS interaction) facts
  CROSS JOIN LATERAL (SELECT ${amount('o.record', 'durationMs')} AS whole_ms,
          CASE WHEN o.kind = 'OUTCOME' AND o.outcome <> 'NOT_SENT' THEN ${amount('o.record', 'upstreamDurationMs')} END AS upstream_ms) times
 WHERE o.kind IN ('OUTCOME', 'DENIED')`;

const BOUNDS = `'{${BUCKET_BOUNDS_MS.join(',')}}'::float8[]`;
const places = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

/** The bucket of a time: 0 for the first one. A bound belongs to its own bucket, so what is compared lies just below. */
const bucketOf = (ms: string): string => `width_bucket(${ms} - 0.5, ${BOUNDS})`;

/** A histogram over a group, of the bucket of each row; null if none has a time. */
const histogram = (bucket: string): string =>
  `CASE WHEN count(${bucket}) > 0 THEN ARRAY[${places
    .map((place) => `count(*) FILTER (WHERE ${bucket} = ${place})::int`)
    .join(', ')}] END`;

/** Histograms of a group, added up; null if none has a number. */
export const addedUp = (column: string): string =>
  `CASE WHEN count(${column}) > 0 THEN ARRAY[${places
    .map((bucket) => `coalesce(sum(${column}[${bucket + 1}]), 0)::bigint`)
    .join(', ')}] END`;

/**
 * Rows of `audit_search.hour`. `OFFSET 0` has the bucket of a row decided once, and not for each place of the histogram.
 * @param records as `countedRecords` has them
 */
export const byKey = (records: string): string => `
SELECT ${KEY.join(', ')}, count(*) AS count, ${histogram('own')} AS own, ${histogram('upstream')} AS upstream
  FROM (SELECT ${KEY.join(', ')}, ${bucketOf('own_ms')} AS own, ${bucketOf('upstream_ms')} AS upstream
          FROM (${records}) timed OFFSET 0) counted
 GROUP BY ${KEY.join(', ')}`;

/** Rows of `audit_search.hour_total`: of each organisation, and of all together. @param rows as `byKey` has them */
export const totals = (rows: string): string => `
SELECT hour, ods_code, outcome, code, sum(count)::bigint AS count, (${addedUp('own')})::int[] AS own,
       (${addedUp('upstream')})::int[] AS upstream
  FROM (SELECT hour, scope.ods_code, outcome, code, count, own, upstream FROM (${rows}) r
         CROSS JOIN LATERAL (VALUES ('*'), (r.ods_code)) AS scope (ods_code)
         WHERE scope.ods_code IS NOT NULL) scoped
 GROUP BY hour, ods_code, outcome, code`;

/**
 * What is not counted yet, as rows of `hour`.
 * @param span a condition on `o.started_at`
 */
export const uncountedRows = (span: string): string =>
  byKey(
    `${countedRecords(`(SELECT w.writer, coalesce(p.seq, 0) AS seq, w.seq AS head FROM audit.writer w
         LEFT JOIN audit_search.position p USING (writer) WHERE w.seq > coalesce(p.seq, 0)) uncounted
   CROSS JOIN ${recordsOf('uncounted.writer', 'uncounted.seq', 'uncounted.head')}`)}
   AND ${span}`,
  );

/** The same as rows of `hour_total`. */
export const uncountedTotals = (span: string): string => totals(uncountedRows(span));
