/** Through which applications a user has acted, as the trail knows it. */
import type pg from 'pg';
import { epochMs } from './filter.js';

export interface UserOfEnvironment {
  readonly environment: string;
  readonly userId: string;
}

/** Enough for a working day, and few enough to be read from the index at once. */
const NEWEST_CALLS = 500;
const LOOK_BACK_MS = 30 * 86_400_000;

/** Ids of the applications of the user's newest calls, the latest used first. */
export async function applicationsLastUsed(
  database: pg.Pool,
  { environment, userId }: UserOfEnvironment,
  nowMs: number,
): Promise<string[]> {
  const { rows } = await database.query<{ application: string }>(
    `SELECT application FROM (
       SELECT record ->> 'applicationId' AS application, started_at FROM audit.event
        WHERE coalesce(record ->> 'userId', record #>> '{facts,userId}') = $1 AND kind = 'INTENT'
          AND record ->> 'environment' = $2 AND started_at >= ${epochMs('$3')}
        ORDER BY started_at DESC LIMIT ${NEWEST_CALLS}) newest
      GROUP BY application ORDER BY max(started_at) DESC`,
    [userId, environment, nowMs - LOOK_BACK_MS],
  );
  return rows.map(({ application }) => application);
}
