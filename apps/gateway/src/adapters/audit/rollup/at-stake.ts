/** How many requests went out lately that a stop would have rejected, from the roll-ups and what is not counted yet. */
import type pg from 'pg';
import { epochMs } from '../read/filter.js';
import { uncountedRows } from './counted.js';
import { isNearlyCounted } from './rollup-traffic.js';

/** What the requests have in common that a stop would reject; what is undefined doesn't matter. */
export interface StoppedRequests {
  /** Any of these. */
  readonly odsCodes?: readonly string[] | undefined;
  readonly applicationIds?: readonly string[] | undefined;
  readonly clientId?: string | undefined;
  readonly interaction?: string | undefined;
  /** Only requests of these organisations. */
  readonly within?: readonly string[] | undefined;
}

export interface Stakes {
  readonly requests: number;
  /** False: there may be more. */
  readonly isWhole: boolean;
}

/** Those that were rejected anyway don't count. The span begins with the hour of `sinceMs`. */
export async function requestsAtStake(
  database: pg.Pool,
  { odsCodes, applicationIds, clientId, interaction, within }: StoppedRequests,
  sinceMs: number,
): Promise<Stakes> {
  const isWhole = await isNearlyCounted(database);
  const { rows } = await database.query<{ requests: number }>(isWhole ? COUNTED_AND_REST : COUNTED_ALONE, [
    ...[sinceMs, odsCodes ?? null, applicationIds ?? null, clientId ?? null],
    ...[interaction ?? null, within ?? null],
  ]);
  return { requests: rows[0]?.requests ?? 0, isWhole };
}

/** More requests of a client are not looked at: most clients have one key, and send fewer in a week. */
const MOST_OF_CLIENT = 20_000;

/** Requests with one key of a client. The roll-ups know no keys, so the newest of the client are read from the trail. */
export async function requestsWithKey(
  database: pg.Pool,
  { clientId, keyId, within }: { clientId: string; keyId: string; within?: readonly string[] | undefined },
  sinceMs: number,
): Promise<Stakes> {
  const { rows } = await database.query<{ requests: number; read: number }>(WITH_KEY, [
    ...[clientId, keyId, sinceMs, within ?? null],
  ]);
  const { requests = 0, read = 0 } = rows[0] ?? {};
  return { requests, isWhole: read < MOST_OF_CLIENT };
}

const HOUR = `hour >= date_bin('1 hour', ${epochMs('$1')}, timestamptz 'epoch')`;
const COLUMNS = 'ods_code, application_id, client_id, interaction, outcome, count';
const requests = (rows: string): string => `
SELECT coalesce(sum(count), 0)::float8 AS requests FROM (${rows}) counted
 WHERE outcome <> 'REFUSED' AND ($2::text[] IS NULL OR ods_code = ANY ($2)) AND ($3::text[] IS NULL OR application_id = ANY ($3))
   AND ($4::text IS NULL OR client_id = $4) AND ($5::text IS NULL OR interaction = $5)
   AND ($6::text[] IS NULL OR ods_code = ANY ($6::text[]))`;
const COUNTED = `SELECT ${COLUMNS} FROM audit_search.hour WHERE ${HOUR}`;
const COUNTED_ALONE = requests(COUNTED);
const COUNTED_AND_REST = requests(`${COUNTED}
  UNION ALL SELECT ${COLUMNS} FROM (${uncountedRows(`o.started_at >= ${epochMs('$1')}`)}) rest`);

const WITH_KEY = `
SELECT count(*) FILTER (WHERE key_id = $2)::int AS requests, count(*)::int AS read FROM (
  SELECT record ->> 'keyId' AS key_id FROM audit.event
   WHERE client_id = $1 AND kind = 'INTENT' AND started_at >= ${epochMs('$3')}
     AND ($4::text[] IS NULL OR ods_code = ANY ($4::text[]))
   ORDER BY started_at DESC LIMIT ${String(MOST_OF_CLIENT)}) newest`;
