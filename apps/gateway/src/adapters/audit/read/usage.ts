/** What the trail knows of the use of clients and of deprecated interactions. Each statement reads an index of few rows. */
import type pg from 'pg';
import {
  CALLS_WITHIN_DAYS,
  DEPRECATED,
  type DeprecatedCalls,
} from '@gatehouse/domain/upkeep/deprecated-calls';
import { type ClientUse, LOOK_BACK_DAYS } from '@gatehouse/domain/upkeep/unused-clients';
import { epochMs, millisecondsOf } from './filter.js';

const DAY_MS = 86_400_000;

interface UseRow {
  readonly client_id: string;
  readonly created: string;
  readonly last_used: string | null;
}

/**
 * When each of these clients was created, and when it last sent a request. For each client one row is read from the
 * index, however many requests it has sent.
 */
export async function clientUse(
  database: Pick<pg.Pool, 'query'>,
  clientIds: readonly string[],
  nowMs: number,
): Promise<ClientUse[]> {
  const { rows } = await database.query<UseRow>(CLIENT_USE, [clientIds, nowMs - LOOK_BACK_DAYS * DAY_MS]);
  return rows.map(({ client_id, created, last_used }) => ({
    clientId: client_id,
    createdAtMs: Number(created),
    lastUsedAtMs: last_used === null ? null : Number(last_used),
  }));
}

const CLIENT_USE = `
SELECT c.id AS client_id, ${millisecondsOf('first.at')} AS created, ${millisecondsOf('newest.started_at')} AS last_used
  FROM unnest($1::text[]) AS c(id)
  CROSS JOIN LATERAL (
    SELECT at FROM public.registry_change WHERE table_name = 'client' AND row_key = c.id ORDER BY n LIMIT 1) first
  LEFT JOIN LATERAL (
    SELECT started_at FROM audit.event
     WHERE client_id = c.id AND started_at >= ${epochMs('$2')} AND kind IN ('INTENT', 'DENIED')
     ORDER BY started_at DESC LIMIT 1) newest ON true`;

interface CallsRow {
  readonly client_id: string;
  readonly ods_code: string;
  readonly interaction: string;
  readonly count: number;
  readonly last: string;
}

/** Deprecated calls of the last days, also of clients that were removed since. */
export async function callsOfDeprecated(
  database: Pick<pg.Pool, 'query'>,
  nowMs: number,
): Promise<DeprecatedCalls[]> {
  const { rows } = await database.query<CallsRow>(DEPRECATED_CALLS, [
    nowMs - CALLS_WITHIN_DAYS * DAY_MS,
    nowMs,
  ]);
  return rows.map(({ client_id, ods_code, interaction, count, last }) => ({
    ...{ clientId: client_id, odsCode: ods_code, interaction, count, lastAtMs: Number(last) },
  }));
}

/** Literals and no parameters, so that PostgreSQL sees that the index `event_of_deprecated` has all of these rows. */
const LIST = DEPRECATED.map((id) => `'${id}'`).join(', ');
const DEPRECATED_CALLS = `
SELECT client_id, ods_code, interaction, count, ${millisecondsOf('last')} AS last FROM (
  SELECT client_id, ods_code, interaction, count(*)::int AS count, max(started_at) AS last FROM audit.event
   WHERE kind = 'INTENT' AND interaction IN (${LIST}) AND client_id IS NOT NULL AND ods_code IS NOT NULL
     AND started_at >= ${epochMs('$1')} AND started_at < ${epochMs('$2')}
   GROUP BY 1, 2, 3) calls`;
