/**
 * Destroys the data key of an organisation in one transaction with the event that names who did it, and with a change of the
 * registry, from which every process learns of it (ADR 88).
 */
import { type KeyDestructionFacts, keyConditionsOf } from '@gatehouse/domain/audit/archive/key-destruction';
import type { Condition } from '@gatehouse/domain/audit/archive/removal';
import type pg from 'pg';
import { LOCK_MS, recordEvent, retryLocked } from './owner.js';

export interface KeyFacts extends KeyDestructionFacts {
  /** Null: the key was not destroyed before. */
  readonly destroyedAtMs: number | null;
  /** Requests that were counted of it. */
  readonly requests: number;
}

export interface Destruction {
  readonly odsCode: string;
  /** Who destroys it. */
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  /** When the last backup expires that has the wrapped key, epoch ms. */
  readonly backupsUntilMs: number;
}

/** @returns null if there is no such organisation */
export async function readKeyFacts(client: pg.Client, odsCode: string): Promise<KeyFacts | null> {
  const { rows } = await client.query<Row>(FACTS, [odsCode]);
  const [row] = rows;
  if (row === undefined) return null;
  const { name, state, retiredAtMs, deploymentRetention, ownRetention, hold, destroyKey, people } = row;
  return {
    organisation: {
      ...{ name: `${name} (${odsCode})`, state },
      retiredAtMs: state === 'retired' ? Number(retiredAtMs) : null,
    },
    ...{ deploymentRetention, ownRetention, hold },
    decision: destroyKey === null ? null : { reason: destroyKey, people },
    lastRequestMs: row.lastRequestMs === null ? null : Number(row.lastRequestMs),
    destroyedAtMs: row.destroyedAtMs === null ? null : Number(row.destroyedAtMs),
    requests: Number(row.requests),
  };
}

/** @returns the conditions as they were in the transaction: if one is not met, nothing was destroyed */
export async function destroyKey(client: pg.Client, destruction: Destruction): Promise<readonly Condition[]> {
  await client.query('BEGIN');
  try {
    // No change of the registry can come between the conditions and the destruction.
    await client.query('SELECT FROM public.registry_head WHERE id = 1 FOR NO KEY UPDATE');
    const facts = await readKeyFacts(client, destruction.odsCode);
    if (facts === null) throw new Error('the organisation is gone');
    const conditions = keyConditionsOf(destruction.atMs, facts);
    const isDue = conditions.every(({ isMet }) => isMet);
    if (isDue) await destroy(client, destruction);
    await client.query(isDue ? 'COMMIT' : 'ROLLBACK');
    return conditions;
  } catch (error) {
    // A connection that is lost has rolled back by itself.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function destroy(client: pg.Client, destruction: Destruction): Promise<void> {
  const { odsCode, by, reason, atMs, backupsUntilMs } = destruction;
  const at = new Date(atMs);
  await client.query(
    `SELECT set_config('gatehouse.actor', $1, true), set_config('gatehouse.reason', $2, true)`,
    [`operator ${by}`, reason],
  );
  // An organisation that never had a key gets this row too, so that it never will.
  await client.query(
    `INSERT INTO audit.organisation_key (ods_code, key_id, destroyed_at) VALUES ($1, gen_random_uuid(), $2)
     ON CONFLICT (ods_code) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at`,
    [odsCode, at],
  );
  await client.query('UPDATE public.trail_retention SET key_destroyed_at = $2 WHERE ods_code = $1', [
    odsCode,
    at,
  ]);
  const facts = { odsCode, by, reason, backupsUntil: new Date(backupsUntilMs).toISOString().slice(0, 10) };
  await recordEvent(client, { event: 'SUBJECT_KEY_DESTROYED', facts, atMs });
}

/**
 * Rewrites the table of the keys, since the old version of a row stays in its file. It has a row for each organisation.
 * @returns false if somebody was reading it all the time
 */
export async function rewriteKeys(client: pg.Client, forMs: number): Promise<boolean> {
  await client.query(`SET lock_timeout = '${String(LOCK_MS)}ms'`);
  const rewritten = await retryLocked(forMs, () => client.query('VACUUM FULL audit.organisation_key'));
  return rewritten !== 'busy';
}

interface Row {
  readonly name: string;
  readonly state: string;
  readonly retiredAtMs: string | null;
  readonly deploymentRetention: number | null;
  readonly ownRetention: number | null;
  readonly hold: string | null;
  readonly destroyKey: string | null;
  readonly people: number;
  readonly destroyedAtMs: string | null;
  readonly lastRequestMs: string | null;
  readonly requests: string;
}

const MS = (sql: string): string => `(extract(epoch FROM ${sql}) * 1000)::bigint`;

/** Roll-ups know of requests whose month has left the database. */
const FACTS = `
SELECT o.name, o.state, r.retention AS "ownRetention", r.hold, r.destroy_key AS "destroyKey",
       (SELECT retention FROM public.trail_retention WHERE ods_code IS NULL) AS "deploymentRetention",
       (SELECT ${MS('max(at)')} FROM public.registry_change
         WHERE table_name = 'organisation' AND row_key = o.ods_code AND after ->> 'state' = 'retired'
           AND before ->> 'state' IS DISTINCT FROM 'retired') AS "retiredAtMs",
       (SELECT count(DISTINCT person)::int FROM jsonb_array_elements(
          (SELECT people FROM public.registry_change
            WHERE table_name = 'trail_retention' AND row_key = r.id::text ORDER BY n DESC LIMIT 1)) AS person) AS people,
       (SELECT ${MS('destroyed_at')} FROM audit.organisation_key WHERE ods_code = o.ods_code) AS "destroyedAtMs",
       ${MS(`greatest(
         (SELECT max(hour) FROM audit_search.hour_total WHERE ods_code = o.ods_code),
         (SELECT max(started_at) FROM audit.event WHERE ods_code = o.ods_code))`)} AS "lastRequestMs",
       (SELECT coalesce(sum(count), 0) FROM audit_search.hour_total WHERE ods_code = o.ods_code) AS requests
  FROM public.organisation o LEFT JOIN public.trail_retention r USING (ods_code)
 WHERE o.ods_code = $1`;
