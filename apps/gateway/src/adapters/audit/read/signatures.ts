/**
 * What the trail records of signatures, as the watch of KMS's own log asks for it. Each statement reads the index
 * `event_of_signatures` for a range of time.
 */
import type pg from 'pg';
import type { Excuse } from '@gatehouse/domain/signatures/log-watch';
import { SIGNATURES_EVENT } from '@gatehouse/domain/signatures/recorded-signatures';
import { epochMs } from './filter.js';

type Trail = Pick<pg.Pool, 'query'>;

/** Epoch ms at which records were written; `toMs` is not included. */
export interface Written {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Of the requests that ended without an answer, in the time and of the keys that are asked about. */
const MOST_EXCUSES = 10_000;
/** A record may be written long after its signatures: the trail takes nothing while the database is away. */
const WRITTEN_LATE_MS = 6 * 3_600_000;

/** @returns request id → ARN of its key, of those ids that are recorded */
export async function recordedKeys(
  trail: Trail,
  requestIds: readonly string[],
  { fromMs, toMs }: Written,
): Promise<ReadonlyMap<string, string>> {
  if (requestIds.length === 0) return new Map();
  const { rows } = await trail.query<{ id: string; key: string }>(
    `SELECT r.id, ${KEY} AS key ${idsOf(1, 2)} AND r.id = ANY($3::text[])`,
    [fromMs, toMs, requestIds],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** Requests of these keys that ended without an answer. */
export async function excusesOf(
  trail: Trail,
  keys: readonly string[],
  { fromMs, toMs }: Written,
): Promise<Excuse[]> {
  const { rows } = await trail.query<{ id: string; key: string; fromMs: string; toMs: string }>(
    `SELECT e.attempt_id || ' ' || u.n AS id, ${KEY} AS key, u.span ->> 'fromMs' AS "fromMs", u.span ->> 'toMs' AS "toMs"
       FROM audit.event e CROSS JOIN LATERAL jsonb_array_elements(${listOf('unanswered')}) WITH ORDINALITY AS u(span, n)
      WHERE ${rangeOf(1, 2)} AND ${KEY} = ANY($3::text[])
      ORDER BY e.started_at, e.attempt_id, u.n LIMIT ${String(MOST_EXCUSES)}`,
    [fromMs, toMs, keys],
  );
  return rows.map(({ fromMs: from, toMs: to, ...same }) => ({
    ...same,
    fromMs: Number(from),
    toMs: Number(to),
  }));
}

/** ARNs of keys that signed and that `signing_key` does not have, such as that of checkpoints. */
export async function furtherKeys(trail: Trail, { fromMs, toMs }: Written): Promise<string[]> {
  const { rows } = await trail.query<{ key: string }>(
    `SELECT DISTINCT ${KEY} AS key FROM audit.event e
      WHERE ${rangeOf(1, 2)} AND NOT EXISTS (SELECT FROM public.signing_key k WHERE k.kms_key_arn = ${KEY})`,
    [fromMs, toMs],
  );
  return rows.map(({ key }) => key);
}

/** How many of the signatures that were recorded then are in no log file that was read. */
export async function notLogged(trail: Trail, { fromMs, toMs }: Written): Promise<number> {
  const { rows } = await trail.query<{ missing: number }>(
    `WITH logged AS MATERIALIZED (
       SELECT DISTINCT unnest(request_ids) AS id FROM public.signature_log_file
        WHERE last_at >= ${epochMs('$3')} AND first_at < ${epochMs('$2')})
     SELECT count(*)::int AS missing ${idsOf(1, 2)} AND NOT EXISTS (SELECT FROM logged l WHERE l.id = r.id)`,
    [fromMs, toMs, fromMs - WRITTEN_LATE_MS],
  );
  return rows[0]?.missing ?? 0;
}

const KEY = `(e.record #>> '{facts,key}')`;
const listOf = (name: string): string =>
  `CASE WHEN jsonb_typeof(e.record #> '{facts,${name}}') = 'array' THEN e.record #> '{facts,${name}}' ELSE '[]' END`;
/** Literals and no parameters, so that PostgreSQL sees that the index has all of these rows. */
const rangeOf = (from: number, to: number): string =>
  `e.kind = 'SYSTEM' AND e.event = '${SIGNATURES_EVENT}'
   AND e.started_at >= ${epochMs(`$${String(from)}`)} AND e.started_at < ${epochMs(`$${String(to)}`)}`;
const idsOf = (from: number, to: number): string =>
  `FROM audit.event e CROSS JOIN LATERAL jsonb_array_elements_text(${listOf('requestIds')}) AS r(id)
   WHERE ${rangeOf(from, to)}`;
