/** How many sign-ins failed lately, and how many usually do. */
import type pg from 'pg';
import { type RefusedSignIns, USUAL_DAYS, WINDOW_MS } from '@gatehouse/domain/upkeep/refused-sign-ins';
import { epochMs, millisecondsOf } from './filter.js';

/** The newest are read, and no more, so that an attack does not make this slow. */
const MOST_ROWS = 50_000;
const DAY_MS = 86_400_000;

interface Row {
  readonly event: string;
  readonly client_id: string | null;
  readonly reason: string | null;
  readonly recent: number;
  readonly before: number;
  /** Epoch ms of the oldest row that was read, and how many were. */
  readonly oldest: string;
  readonly read: number;
}

export async function refusedSignInCounts(
  database: Pick<pg.Pool, 'query'>,
  nowMs: number,
): Promise<RefusedSignIns[]> {
  const recentMs = nowMs - WINDOW_MS;
  const fromMs = recentMs - USUAL_DAYS * DAY_MS;
  const { rows } = await database.query<Row>(COUNTS, [fromMs, recentMs, nowMs]);
  return rows.map(({ event, client_id, reason, recent, before, oldest, read }) => {
    const sinceMs = read < MOST_ROWS ? fromMs : Number(oldest);
    const windows = Math.max(1, (recentMs - sinceMs) / WINDOW_MS);
    return {
      people: event === 'SIGN_IN_REJECTED' ? 'staff' : 'users',
      ...{ clientId: client_id, reason, recent, usual: before / windows },
    };
  });
}

/** As the index `event_of_refused_sign_in` has it. A summary stands for many that were not recorded one by one. */
const EVENT = `coalesce(nullif(event, 'REJECTION_SUMMARY'), record #>> '{facts,code}')`;
const COUNTS = `
WITH newest AS (
  SELECT ${EVENT} AS event, client_id, record #>> '{facts,reason}' AS reason, started_at,
         CASE event WHEN 'REJECTION_SUMMARY' THEN (record #>> '{facts,count}')::int ELSE 1 END AS count
    FROM audit.event
   WHERE kind = 'SYSTEM' AND ${EVENT} IN ('SIGN_IN_REJECTED', 'USER_SIGN_IN_REJECTED')
     AND started_at >= ${epochMs('$1')} AND started_at <= ${epochMs('$3')}
   ORDER BY started_at DESC LIMIT ${String(MOST_ROWS)})
SELECT event, client_id, reason,
       coalesce(sum(count) FILTER (WHERE started_at > ${epochMs('$2')}), 0)::int AS recent,
       coalesce(sum(count) FILTER (WHERE started_at <= ${epochMs('$2')}), 0)::int AS before,
       (SELECT ${millisecondsOf('min(started_at)')} FROM newest) AS oldest,
       (SELECT count(*)::int FROM newest) AS read
  FROM newest GROUP BY 1, 2, 3`;
