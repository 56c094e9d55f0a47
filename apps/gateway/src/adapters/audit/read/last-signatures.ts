/** When keys last signed, as the audit trail knows it. */
import type pg from 'pg';
import { epochMs, millisecondsOf } from './filter.js';

/**
 * Epoch ms of the newest record of signatures, by the ARN of the key; without those of which there is none. A record
 * covers the minute before it. Each key is one step into an index, whatever the size of the trail.
 * @param untilMs epoch ms; later records are left out, because the trail is partitioned by time
 */
export async function lastSignatures(
  database: pg.Pool,
  keyArns: readonly string[],
  untilMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (keyArns.length === 0) return new Map();
  const { rows } = await database.query<{ key: string; ms: string }>(NEWEST, [keyArns, untilMs]);
  return new Map(rows.map(({ key, ms }) => [key, Number(ms)]));
}

const NEWEST = `
  SELECT asked.key, ${millisecondsOf('newest.started_at')} AS ms FROM unnest($1::text[]) AS asked (key)
  CROSS JOIN LATERAL (
    SELECT started_at FROM audit.event
    WHERE record #>> '{facts,key}' = asked.key AND kind = 'SYSTEM' AND event = 'KMS_SIGNATURES'
      AND started_at <= ${epochMs('$2')}
    ORDER BY started_at DESC LIMIT 1) AS newest`;
