/**
 * Changes of tables that calls are using. A statement that waits for a lock makes everything behind it wait, too, every
 * commit of the audit trail among it. So each waits briefly and is tried again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export type Log = (line: string) => void;

/** A call waits up to two seconds for its record. */
const LOCK_TIMEOUT_MS = 500;
const PAUSE_MS = 1_000;
const PATIENCE_MS = 10 * 60_000;
/** How often somebody who waits is reminded of it. */
const REMINDER_MS = 10_000;

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK_DETECTED = '40P01';

/**
 * Runs one transaction, again and again until it gets its locks.
 * @param what the tables that it changes, for the log
 * @throws what `work` throws; after ten minutes, that a lock was not available
 */
export async function withoutHoldingUp(
  client: pg.Client,
  what: string,
  log: Log,
  work: () => Promise<unknown>,
): Promise<void> {
  const startedMs = performance.now();
  let remindedMs = -Infinity;
  for (;;) {
    try {
      await inTransaction(client, async () => {
        await client.query(`SET LOCAL lock_timeout = ${String(LOCK_TIMEOUT_MS)}`);
        await work();
      });
      return;
    } catch (error) {
      const nowMs = performance.now();
      if (!isBusy(error) || nowMs - startedMs > PATIENCE_MS) throw error;
      if (nowMs - remindedMs >= REMINDER_MS) {
        log(`${what}: waiting for a lock, without holding up others`);
        remindedMs = nowMs;
      }
    }
    await delay(PAUSE_MS);
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  (error.code === LOCK_NOT_AVAILABLE || error.code === DEADLOCK_DETECTED);

export async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    // PostgreSQL has undone it by itself if the connection is lost.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
