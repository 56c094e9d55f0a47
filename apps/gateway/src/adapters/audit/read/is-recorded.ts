import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type pg from 'pg';
import { epochMs } from './filter.js';

export type Trail = Pick<pg.Pool, 'query'>;

/** Whether the trail has this event of no request. */
export async function isRecorded(
  trail: Trail,
  { attemptId, startedAtMs }: Pick<SystemEvent, 'attemptId' | 'startedAtMs'>,
): Promise<boolean> {
  const { rows } = await trail.query(
    `SELECT FROM audit.event WHERE attempt_id = $1 AND started_at = ${epochMs('$2')} AND kind = 'SYSTEM'`,
    [attemptId, startedAtMs],
  );
  return rows.length > 0;
}
