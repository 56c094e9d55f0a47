/** What the owner of the database does to the audit trail, which the running role may not. */
import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { canonicalJson } from '@gatehouse/domain/audit/canonical-json';
import type { Condition } from '@gatehouse/domain/audit/archive/removal';
import pg from 'pg';
import { withDatabase } from '../database.js';
import { Failure } from '../failure.js';
import type { Settings } from '../settings.js';

/** Commits wait behind a statement that waits for its lock, so none waits longer than this. */
export const LOCK_MS = 50;
const AGAIN_AFTER_MS = 1_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** @throws Failure if DATABASE_OWNER_URL is missing, or the database can't be reached */
export async function asOwner<T>(
  { databaseOwnerUrl: connectionString }: Settings,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  if (connectionString === undefined) throw new Failure('Set DATABASE_OWNER_URL (the owner).', 2);
  return withDatabase({ connectionString }, 'DATABASE_OWNER_URL', work);
}

/**
 * Tries until a lock is available.
 * @param once throws PostgreSQL's error if it is not
 * @returns 'busy' if it never was within `forMs`
 */
export async function retryLocked<T>(forMs: number, once: () => Promise<T>): Promise<T | 'busy'> {
  const endMs = performance.now() + forMs;
  for (;;) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
    }
    if (performance.now() >= endMs) return 'busy';
    await pause(AGAIN_AFTER_MS);
  }
}

/**
 * Records an event within the transaction of its cause. It is the only record of a chain of its own: the owner writes on no
 * chain of a process.
 * @returns the chain
 */
export async function recordEvent(
  client: pg.Client,
  { event, facts, atMs }: { readonly event: string; readonly facts: object; readonly atMs: number },
): Promise<string> {
  const writer = randomUUID();
  const record = canonicalJson({
    ...{ kind: 'SYSTEM', event, attemptId: randomUUID(), startedAtMs: atMs, atMs },
    ...{ facts: { ...facts }, writer, seq: 1 },
  });
  const zeros = Buffer.alloc(32);
  const hash = createHash('sha256').update(zeros).update(record, 'utf8').digest();
  await client.query(
    `INSERT INTO audit.writer (writer, seq, hash, lease_until, host, state, open_from)
     VALUES ($1, 1, $2, now(), $3, 'closed', 2)`,
    [writer, hash, hostname()],
  );
  await client.query(
    `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
     SELECT $1::uuid, 1, timestamptz 'epoch' + $2::bigint * interval '1 millisecond', 'SYSTEM',
            (r ->> 'attemptId')::uuid, $3::bytea, $4::bytea, r
       FROM (SELECT $5::jsonb AS r) AS x`,
    [writer, atMs, zeros, hash, record],
  );
  return writer;
}

export const conditionLines = (conditions: readonly Condition[]): string[] =>
  conditions.map(({ isMet, text }) => `${isMet ? 'yes' : 'NO '}  ${text}`);
