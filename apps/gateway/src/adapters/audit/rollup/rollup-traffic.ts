/**
 * The dashboard's counts: what is counted comes from the roll-ups and what is not yet from the trail, in one statement, so
 * that the figures are exact, and current to the last record.
 */
import { endsOf, type HourCount } from '@gatehouse/domain/audit/traffic';
import {
  aWeekEarlier,
  HOURS_OF_NEWNESS,
  type HourSpan,
  lastHours,
  type SpanSums,
} from '@gatehouse/domain/audit/rollup/figures';
import { countHours } from '../read/counts.js';
import { epochMs, millisecondsOf } from '../read/filter.js';
import type pg from 'pg';
import { addedUp, uncountedTotals } from './counted.js';
import { readRollupStatus } from './rollup.store.js';

export interface CountedTraffic {
  /** At least those of the span, and of the hours that decide whether a reason is new. */
  readonly counts: readonly HourCount[];
  readonly now: SpanSums;
  readonly lastWeek: SpanSums;
  /** The first hour (epoch ms) of the trail; null: it is empty, or too much of it is not counted. */
  readonly beganMs: number | null;
  /** Records that could not be counted for this answer; 0: the figures are complete. */
  readonly uncounted: number;
}

/** Records after the roll-ups that are read for an answer, in less than a second (docs/performance.md). */
const MOST_UNCOUNTED = 50_000;
/** Whether few enough records are not counted yet, so that an answer can read them beside the roll-ups. */
export async function isNearlyCounted(database: pg.Pool): Promise<boolean> {
  return (await readRollupStatus(database)).uncounted <= MOST_UNCOUNTED;
}

/** While there are more, so many hours are counted in the trail alone. */
const MOST_HOURS_IN_TRAIL = 168;

/** @param within only requests of these organisations; if undefined, all requests, also those of no organisation */
export async function readTraffic(
  database: pg.Pool,
  { hours, nowMs, within }: { hours: number; nowMs: number; within?: readonly string[] | undefined },
): Promise<CountedTraffic> {
  const { uncounted } = await readRollupStatus(database);
  const isBehind = uncounted > MOST_UNCOUNTED;
  const span = lastHours(hours, nowMs);
  const before = aWeekEarlier(span);
  const { fromMs } = lastHours(Math.max(hours, HOURS_OF_NEWNESS), nowMs);
  const { rows } = await database.query<{ counts: CountRow[] | null; sums: SumsRow[]; began: string | null }>(
    isBehind ? COUNTED_ALONE : COUNTED_AND_REST,
    [...timesOf(span), ...timesOf(before), fromMs, within ?? [EVERYWHERE]],
  );
  const [row] = rows;
  const counts = (row?.counts ?? []).map(toCount);
  const [now, lastWeek] = [sumsOf(row?.sums, 0), sumsOf(row?.sums, 1)];
  const beganMs = row?.began === null || row === undefined ? null : Number(row.began);
  if (!isBehind) return { counts, now, lastWeek, beganMs, uncounted: 0 };
  if (hours > MOST_HOURS_IN_TRAIL) return { counts, now, lastWeek, beganMs: null, uncounted };
  const inTrail = await countHours(database, { fromMs, toMs: span.untilMs, within });
  const { completed, refused, failed } = endsOf(inTrail.filter(({ hourMs }) => hourMs >= span.fromMs));
  const requests = completed + refused + failed;
  return {
    ...{ counts: inTrail, now: { ...now, requests, refused, failed } },
    ...{ lastWeek, beganMs: null, uncounted },
  };
}

const timesOf = ({ fromMs, untilMs }: HourSpan): number[] => [fromMs, untilMs];

type CountRow = readonly [hourMs: number, outcome: string, code: string | null, count: number];
interface SumsRow extends SpanSums {
  readonly span: number;
}

const toCount = ([hourMs, outcome, code, count]: CountRow): HourCount => ({ hourMs, outcome, code, count });

function sumsOf(rows: readonly SumsRow[] | undefined, span: number): SpanSums {
  const { requests, refused, failed, own, upstream } = rows?.find((row) => row.span === span) ?? NOTHING;
  return { requests, refused, failed, own, upstream };
}

const NOTHING: SpanSums = { requests: 0, refused: 0, failed: 0, own: null, upstream: null };

/** The rows of `hour_total` that hold the requests of every organisation. */
const EVERYWHERE = '*';

const COLUMNS = 'hour, ods_code, outcome, code, count, own, upstream';
const COUNTED = `SELECT ${COLUMNS} FROM audit_search.hour_total WHERE ods_code = ANY ($6::text[])
   AND hour >= least(${epochMs('$3')}, ${epochMs('$5')}) AND hour < ${epochMs('$2')}`;

const REST = uncountedTotals(
  `o.started_at >= least(${epochMs('$3')}, ${epochMs('$5')}) AND o.started_at < ${epochMs('$2')}`,
);

/** Times are epoch ms: $1 and $2 the span, $3 and $4 a week earlier, $5 from when counts are needed. $6: organisations. */
const traffic = (rows: string): string => `
WITH counted AS MATERIALIZED (${rows}
), counts AS (
  SELECT hour, outcome, code, sum(count) AS count FROM counted WHERE hour >= ${epochMs('$5')} GROUP BY hour, outcome, code
), sums AS (
  SELECT span, sum(count)::float8 AS requests,
         coalesce(sum(count) FILTER (WHERE outcome = 'REFUSED'), 0)::float8 AS refused,
         coalesce(sum(count) FILTER (WHERE outcome NOT IN ('REFUSED', 'COMPLETED')), 0)::float8 AS failed,
         ${addedUp('own')} AS own, ${addedUp('upstream')} AS upstream
    FROM (VALUES (0, $1::bigint, $2::bigint), (1, $3::bigint, $4::bigint)) AS spans (span, from_ms, until_ms)
    JOIN counted ON hour >= ${epochMs('from_ms')} AND hour < ${epochMs('until_ms')}
   GROUP BY span
)
SELECT (SELECT json_agg(json_build_array(${millisecondsOf('hour')}, outcome, code, count)) FROM counts) AS counts,
       coalesce((SELECT json_agg(sums) FROM sums), '[]') AS sums,
       (SELECT ${millisecondsOf(`date_bin('1 hour', min(started_at), timestamptz 'epoch')`)} FROM audit.event) AS began`;

const COUNTED_ALONE = traffic(COUNTED);
const COUNTED_AND_REST = traffic(`${COUNTED}
  UNION ALL SELECT ${COLUMNS} FROM (${REST}) rest WHERE ods_code = ANY ($6::text[])`);
