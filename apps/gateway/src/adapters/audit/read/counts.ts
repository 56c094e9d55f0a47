/** Counts for the dashboard and the outlook, read from an index and never from the records. */
import type { HourCount, MinuteCount } from '@gatehouse/domain/audit/traffic';
import type pg from 'pg';
import { epochMs, millisecondsOf } from './filter.js';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only requests of these organisations; if undefined, all requests, also those of no organisation. */
  readonly within?: readonly string[] | undefined;
}

/** The beginning of the hour or minute of `at`. */
const binned = (unit: 'hour' | 'minute', at: string): string =>
  `date_bin('1 ${unit}', ${at}, timestamptz 'epoch')`;

interface HourRow {
  readonly hour: string;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly count: number;
}

/** Rejected requests and outcomes of attempts, by the hour. */
export async function countHours(database: pg.Pool, { fromMs, toMs, within }: Span): Promise<HourCount[]> {
  const { rows } =
    within === undefined
      ? await database.query<HourRow>(EVERYWHERE, [fromMs, toMs])
      : await database.query<HourRow>(WITHIN, [fromMs, toMs, within]);
  return rows.map(({ hour, outcome, code, count }) => ({ hourMs: Number(hour), outcome, code, count }));
}

/** The hour is computed once for each group, not for each row. */
const byHour = (counted: string): string =>
  `SELECT ${millisecondsOf('hour')} AS hour, outcome, code, count FROM (${counted} GROUP BY 1, 2, 3) hours`;

const EVERYWHERE = byHour(`
  SELECT ${binned('hour', 'started_at')} AS hour, outcome, code, count(*)::int AS count FROM audit.event
  WHERE started_at >= ${epochMs('$1')} AND started_at < ${epochMs('$2')} AND kind IN ('OUTCOME', 'DENIED')`);

/** An OUTCOME doesn't name the organisation; its INTENT does. */
const WITHIN = byHour(`
  SELECT ${binned('hour', 'i.started_at')} AS hour, coalesce(o.outcome, i.outcome) AS outcome,
    coalesce(o.code, i.code) AS code, count(*)::int AS count
  FROM audit.event i
  LEFT JOIN audit.event o ON o.attempt_id = i.attempt_id AND o.started_at = i.started_at AND o.kind = 'OUTCOME'
  WHERE i.started_at >= ${epochMs('$1')} AND i.started_at < ${epochMs('$2')} AND i.ods_code = ANY($3::text[])
    AND (i.kind = 'DENIED' OR (i.kind = 'INTENT' AND o.outcome IS NOT NULL))`);

/** Attempts of each binding, by the minute. */
export async function countMinutes(
  database: pg.Pool,
  { fromMs, toMs, within }: Span,
): Promise<MinuteCount[]> {
  const { rows } = await database.query<{ binding_id: string; minute: string; count: number }>(
    `SELECT binding_id, ${millisecondsOf('minute')} AS minute, count FROM (
     SELECT binding_id, ${binned('minute', 'started_at')} AS minute, count(*)::int AS count FROM audit.event
     WHERE started_at >= ${epochMs('$1')} AND started_at < ${epochMs('$2')} AND kind = 'INTENT'
       AND binding_id IS NOT NULL AND ($3::text[] IS NULL OR ods_code = ANY($3::text[]))
     GROUP BY 1, 2) minutes`,
    [fromMs, toMs, within ?? null],
  );
  return rows.map(({ binding_id, minute, count }) => ({
    bindingId: binding_id,
    minuteMs: Number(minute),
    count,
  }));
}

/** The number of requests sent under each binding since then. Read by organisation, for which there is an index. */
export async function requestsByBinding(
  database: pg.Pool,
  bindings: readonly { readonly id: string; readonly odsCode: string }[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (bindings.length === 0) return new Map();
  const { rows } = await database.query<{ binding_id: string; count: number }>(
    `SELECT binding_id, count(*)::int AS count FROM audit.event
     WHERE ods_code = ANY($1::text[]) AND started_at >= ${epochMs('$2')} AND kind = 'INTENT' AND binding_id = ANY($3::text[])
     GROUP BY 1`,
    [[...new Set(bindings.map(({ odsCode }) => odsCode))], sinceMs, bindings.map(({ id }) => id)],
  );
  return new Map(rows.map(({ binding_id, count }) => [binding_id, count]));
}

export interface CallCount {
  readonly bindingId: string;
  readonly clientId: string;
  readonly operationId: string;
  readonly count: number;
  readonly lastAtMs: number;
}

/** The requests sent for these organisations since then, by what was called. Probes, which have no client, are left out. */
export async function countCalls(
  database: pg.Pool,
  odsCodes: readonly string[],
  sinceMs: number,
): Promise<CallCount[]> {
  if (odsCodes.length === 0) return [];
  const { rows } = await database.query<{
    binding_id: string;
    client_id: string;
    operation_id: string;
    count: number;
    last: string;
  }>(
    `SELECT binding_id, client_id, record ->> 'operationId' AS operation_id, count(*)::int AS count,
       ${millisecondsOf('max(started_at)')} AS last
     FROM audit.event
     WHERE ods_code = ANY($1::text[]) AND started_at >= ${epochMs('$2')} AND kind = 'INTENT'
       AND binding_id IS NOT NULL AND client_id IS NOT NULL
     GROUP BY 1, 2, 3`,
    [odsCodes, sinceMs],
  );
  return rows.map(({ binding_id, client_id, operation_id, count, last }) => ({
    ...{ bindingId: binding_id, clientId: client_id, operationId: operation_id, count },
    lastAtMs: Number(last),
  }));
}
