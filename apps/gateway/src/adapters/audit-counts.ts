/** Counting the trail for the dashboard: read from an index, never from the records. */
import type { HourCount, MinuteCount } from '@gatehouse/domain/traffic';
import type pg from 'pg';
import { epochMs } from './audit-filter.js';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Requests of these organisations alone; undefined: of every one, and of none. */
  readonly within?: readonly string[] | undefined;
}

/** An hour of `at` in UTC, epoch ms. */
const startOf = (unit: 'hour' | 'minute', at: string): string =>
  `(extract(epoch FROM date_trunc('${unit}', ${at}, 'UTC')) * 1000)::bigint`;

interface FoundHour {
  readonly hour: string;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly count: number;
}

/** What became of requests: refusals, and outcomes of attempts. */
export async function countHours(database: pg.Pool, { fromMs, toMs, within }: Span): Promise<HourCount[]> {
  const { rows } =
    within === undefined
      ? await database.query<FoundHour>(EVERYWHERE, [fromMs, toMs])
      : await database.query<FoundHour>(WITHIN, [fromMs, toMs, within]);
  return rows.map(({ hour, outcome, code, count }) => ({ hourMs: Number(hour), outcome, code, count }));
}

const EVERYWHERE = `
  SELECT ${startOf('hour', 'started_at')} AS hour, outcome, code, count(*)::int AS count FROM audit.event
  WHERE started_at >= ${epochMs('$1')} AND started_at < ${epochMs('$2')} AND kind IN ('OUTCOME', 'DENIED')
  GROUP BY 1, 2, 3`;

/** An outcome doesn't name the organisation; its attempt does. */
const WITHIN = `
  SELECT ${startOf('hour', 'i.started_at')} AS hour, coalesce(o.outcome, i.outcome) AS outcome,
    coalesce(o.code, i.code) AS code, count(*)::int AS count
  FROM audit.event i
  LEFT JOIN audit.event o ON o.attempt_id = i.attempt_id AND o.started_at = i.started_at AND o.kind = 'OUTCOME'
  WHERE i.started_at >= ${epochMs('$1')} AND i.started_at < ${epochMs('$2')} AND i.ods_code = ANY($3::text[])
    AND (i.kind = 'DENIED' OR (i.kind = 'INTENT' AND o.outcome IS NOT NULL))
  GROUP BY 1, 2, 3`;

/** Attempts of each binding, minute by minute. */
export async function countMinutes(
  database: pg.Pool,
  { fromMs, toMs, within }: Span,
): Promise<MinuteCount[]> {
  const { rows } = await database.query<{ binding_id: string; minute: string; count: number }>(
    `SELECT binding_id, ${startOf('minute', 'started_at')} AS minute, count(*)::int AS count FROM audit.event
     WHERE started_at >= ${epochMs('$1')} AND started_at < ${epochMs('$2')} AND kind = 'INTENT'
       AND binding_id IS NOT NULL AND ($3::text[] IS NULL OR ods_code = ANY($3::text[]))
     GROUP BY 1, 2`,
    [fromMs, toMs, within ?? null],
  );
  return rows.map(({ binding_id, minute, count }) => ({
    bindingId: binding_id,
    minuteMs: Number(minute),
    count,
  }));
}
