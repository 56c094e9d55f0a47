/** Compares the roll-ups of closed hours with the trail. */
import { monthOf } from '@gatehouse/domain/audit/archive/archive-month';
import { closedHours, closedUntil, type StillOpen } from '@gatehouse/domain/audit/rollup/closed-hours';
import {
  differencesOf,
  type RollupDifference,
  type RollupRow,
} from '@gatehouse/domain/audit/rollup/difference';
import { removedMonths } from '../archive/removed-months.js';
import { epochMs, millisecondsOf } from '../read/filter.js';
import { byKey, countedRecords, KEY, recordsOf, type Queries, totals } from './counted.js';

export interface Comparison {
  /** Epoch ms: hours that begin before it are closed. */
  readonly closedUntilMs: number;
  /** The hours (epoch ms) that were compared, and the one to go on with; null: there is none. */
  readonly hours: readonly number[];
  readonly nextMs: number | null;
  /** At most a hundred. The key is that of `audit_search.hour`. */
  readonly differences: readonly RollupDifference[];
}

const HOUR_MS = 3_600_000;
/** Of an hour with more requests than this, the trail is read in parts, so that no statement takes long. */
const AT_ONCE = 100_000;
const MOST_PARTS = 60;
const MOST_DIFFERENCES = 100;

interface ComparedSpan {
  /** Epoch ms. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly nowMs: number;
  /** True once the time for one answer is over. */
  readonly isOver: () => boolean;
}

/** Compares the closed hours in a span, at least one of them, until the time is over or a hundred differences are found. */
export async function compareRollups(
  database: Queries,
  { fromMs, untilMs, nowMs, isOver }: ComparedSpan,
): Promise<Comparison> {
  const open = await readOpen(database, nowMs);
  const closed = await stillThere(database, closedHours(fromMs, untilMs, open));
  const hours: number[] = [];
  const differences: RollupDifference[] = [];
  for (const hourMs of closed) {
    if (differences.length >= MOST_DIFFERENCES || (hours.length > 0 && isOver())) break;
    hours.push(hourMs);
    differences.push(...(await compareHour(database, hourMs)));
  }
  return {
    closedUntilMs: closedUntil(open),
    hours,
    nextMs: closed[hours.length] ?? null,
    differences: differences.slice(0, MOST_DIFFERENCES),
  };
}

/** What may still be added to an hour. */
async function readOpen(database: Queries, nowMs: number): Promise<StillOpen> {
  const { rows } = await database.query<{ oldestOpenMs: string | null; oldestUncountedMs: string | null }>(
    STILL_OPEN,
  );
  const numberOf = (ms: string | null | undefined) => (ms === null || ms === undefined ? null : Number(ms));
  return {
    nowMs,
    oldestOpenMs: numberOf(rows[0]?.oldestOpenMs),
    oldestUncountedMs: numberOf(rows[0]?.oldestUncountedMs),
  };
}

/** When the oldest attempt began that has no OUTCOME, epoch ms; null: there is none. */
export async function readOldestOpen(database: Queries): Promise<number | null> {
  const { rows } = await database.query<{ oldestOpenMs: string | null }>(`SELECT ${OLDEST_OPEN}`);
  const ms = rows[0]?.oldestOpenMs ?? null;
  return ms === null ? null : Number(ms);
}

/** Hours of months that have left the database can't be compared. */
async function stillThere(database: Queries, hours: readonly number[]): Promise<readonly number[]> {
  const removed = new Set(await removedMonths(database));
  return hours.filter((hourMs) => !removed.has(monthOf(hourMs)));
}

async function compareHour(database: Queries, hourMs: number): Promise<RollupDifference[]> {
  const stored = await database.query<StoredRow>(STORED_HOUR, [hourMs]);
  const requests = stored.rows.reduce((sum, { count }) => sum + Number(count), 0);
  const parts = Math.min(MOST_PARTS, Math.ceil(requests / AT_ONCE) || 1);
  const inTrail: RollupRow[] = [];
  for (let part = 0; part < parts; part += 1) {
    const span = [part, part + 1].map((at) => hourMs + Math.floor((at * HOUR_MS) / parts));
    for (const row of (await database.query<StoredRow>(TRAIL_PART, span)).rows) inTrail.push(toRow(row));
  }
  const unlike = await database.query<StoredRow & { inTrail: string }>(UNLIKE_TOTALS, [hourMs]);
  return [
    ...differencesOf(stored.rows.map(toRow), inTrail),
    ...unlike.rows.map((row) => ({
      key: row.key,
      rolledUp: Number(row.count),
      inTrail: Number(row.inTrail),
    })),
  ];
}

interface StoredRow {
  readonly key: (string | null)[];
  readonly count: string;
  readonly own: string[] | null;
  readonly upstream: string[] | null;
}

function toRow({ key, count, own, upstream }: StoredRow): RollupRow {
  const numbers = (counts: string[] | null) => counts?.map(Number) ?? null;
  return { key, count: Number(count), own: numbers(own), upstream: numbers(upstream) };
}

/** The key with the hour in epoch ms. */
const key = (alias: string, names: readonly string[]): string =>
  `ARRAY[${millisecondsOf(`${alias}.hour`)}::text, ${names.map((name) => `${alias}.${name}`).join(', ')}] AS key`;
const NAMES = KEY.slice(1);

const STORED_HOUR = `
SELECT ${key('h', NAMES)}, count, own, upstream FROM audit_search.hour h WHERE hour = ${epochMs('$1')}`;

const TRAIL_PART = `
SELECT ${key('r', NAMES)}, count, own, upstream FROM (${byKey(
  `${countedRecords('audit.event o')} AND o.started_at >= ${epochMs('$1')} AND o.started_at < ${epochMs('$2')}`,
)}) r`;

/** Rows of the hour's totals that are not what its rows add up to. */
const UNLIKE_TOTALS = `
WITH r AS (${totals(`SELECT * FROM audit_search.hour WHERE hour = ${epochMs('$1')}`)}
), t AS (SELECT * FROM audit_search.hour_total WHERE hour = ${epochMs('$1')}
), unlike AS (
  SELECT coalesce(t.hour, r.hour) AS hour, NULL::text AS environment, coalesce(t.ods_code, r.ods_code) AS ods_code,
         NULL::text AS client_id, NULL::text AS application_id, NULL::text AS interaction,
         coalesce(t.outcome, r.outcome) AS outcome, coalesce(t.code, r.code) AS code,
         coalesce(t.count, 0) AS count, coalesce(r.count, 0) AS in_trail
    FROM t FULL JOIN r ON (t.ods_code, t.outcome, coalesce(t.code, '')) = (r.ods_code, r.outcome, coalesce(r.code, ''))
   WHERE t.count IS DISTINCT FROM r.count OR t.own IS DISTINCT FROM r.own OR t.upstream IS DISTINCT FROM r.upstream
)
SELECT ${key('u', NAMES)}, count, NULL::bigint[] AS own, NULL::bigint[] AS upstream, in_trail AS "inTrail"
  FROM unlike u ORDER BY u.ods_code COLLATE "C", u.outcome, u.code`;

/** Attempts can be open on chains that have not ended; none of their INTENTs lies before `open_from`. */
const OLDEST_OPEN = `
(SELECT ${millisecondsOf('min(o.started_at)')} FROM audit.writer w
  CROSS JOIN ${recordsOf('w.writer', 'w.open_from - 1', 'w.seq')}
  WHERE w.state IN ('live', 'sweeping') AND o.kind = 'INTENT'
    AND NOT EXISTS (SELECT FROM audit.event e WHERE e.attempt_id = o.attempt_id AND e.kind = 'OUTCOME'
                       AND e.started_at = o.started_at)) AS "oldestOpenMs"`;

const STILL_OPEN = `
SELECT ${OLDEST_OPEN},
       (SELECT ${millisecondsOf('min(o.started_at)')} FROM audit.writer w
          LEFT JOIN audit_search.position p USING (writer)
         CROSS JOIN ${recordsOf('w.writer', 'coalesce(p.seq, 0)', 'w.seq')}
         WHERE w.seq > coalesce(p.seq, 0)) AS "oldestUncountedMs"`;
