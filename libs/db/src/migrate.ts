import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isAtHome, settleHere } from './database-home.js';
import { knownMigrations, type Migration } from './migrations.js';
import { buildOnline, onlineIndexes } from './online-indexes.js';
import { migrateQueue } from './queue-schema.js';
import { grantRights } from './rights.js';
import { inTransaction, withoutHoldingUp, type Log } from './short-locks.js';

export interface MigrateOptions {
  /** The role of DATABASE_URL; it must exist. Migrations find it in the setting `gatehouse.running_role`. */
  readonly runningRole: string;
  readonly log?: Log;
  /** Instead of prisma/migrations. */
  readonly migrations?: readonly Migration[];
}

/** Prisma's own lock: `prisma migrate deploy` and this one don't run at the same time. */
const LOCK = 72_707_369;
const LOCK_POLL_MS = 250;

const HISTORY = `CREATE TABLE IF NOT EXISTS public._prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Brings the database to this build's schema, grants the running role its rights, and confirms a database that was
 * restored or copied. A second run changes nothing.
 * Each migration is one transaction together with its row in Prisma's history, so that none is ever half applied. One
 * that builds indexes while the gateway serves goes on where an earlier run stopped.
 * @param ownerUrl DATABASE_OWNER_URL: the owner of the database
 * @returns the names of the migrations that were applied now
 * @throws if an applied migration was edited since, or an earlier one was left half done by another tool
 */
export async function migrate(ownerUrl: string, options: MigrateOptions): Promise<string[]> {
  const log: Log = options.log ?? (() => undefined);
  const client = await connect(ownerUrl);
  try {
    await untilAlone(client, log);
    await client.query("SELECT set_config('gatehouse.running_role', $1, false)", [options.runningRole]);
    await client.query(HISTORY);
    const pending = await pendingMigrations(client, options.migrations ?? (await knownMigrations()));
    for (const migration of pending) {
      await apply(client, migration, ownerUrl, log);
      log(`applied ${migration.name}`);
    }
    await migrateQueue(client);
    await inTransaction(client, async () => {
      await grantRights(client, options.runningRole);
      // After a restore into another cluster transaction numbers start again; an equal one would hide a change.
      await client.query('UPDATE public.registry_head SET xid = NULL');
      const wasMoved = (await isAtHome(client)) === false;
      await settleHere(client);
      if (wasMoved) log('this database is a copy or was restored; gateways may use it from now on');
    });
    await keepPartitions(client, log);
    if (pending.length === 0) log('the database is up to date');
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Partitions of the audit trail for this month and the next three; the worker role does the same every hour. */
async function keepPartitions(client: pg.Client, log: Log): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    "SELECT to_regprocedure('audit.keep_partitions()') IS NOT NULL AS exists",
  );
  if (rows[0]?.exists !== true) return;
  for (;;) {
    const { rows: steps } = await client.query<{ step: string }>('SELECT audit.keep_partitions() AS step');
    const step = steps[0]?.step;
    if (step === 'moved') log('moved audit records into the partition of their month');
    if (step === 'busy')
      log('the partitions of the audit trail are left to the worker role: they are in use');
    if (step !== 'copied' && step !== 'moved') return;
  }
}

async function pendingMigrations(client: pg.Client, known: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
     FROM public._prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  return known.filter(({ name, checksum }) => {
    const row = applied.get(name);
    if (row === undefined) return true;
    if (!row.finished)
      throw new Error(`Migration ${name} was begun and not finished: see Prisma's "migrate resolve".`);
    if (row.checksum !== checksum)
      throw new Error(`Migration ${name} was edited after it was applied. Put it back and write a new one.`);
    return false;
  });
}

async function apply(client: pg.Client, migration: Migration, ownerUrl: string, log: Log): Promise<void> {
  const indexes = onlineIndexes(migration.sql);
  if (indexes === undefined) {
    await applyAtOnce(client, migration, log);
    return;
  }
  const watcher = await connect(ownerUrl);
  try {
    for (const index of indexes) await buildOnline(client, watcher, index, log);
    await remember(client, migration);
  } catch (error) {
    throw new Error(
      `Migration ${migration.name} failed: ${reasonOf(error)}. Gatehouse serves as before. Run "gatehouse migrate" again: it goes on where it stopped.`,
      { cause: error },
    );
  } finally {
    await watcher.end();
  }
}

async function applyAtOnce(client: pg.Client, migration: Migration, log: Log): Promise<void> {
  try {
    await withoutHoldingUp(client, migration.name, log, async () => {
      await client.query(migration.sql);
      await remember(client, migration);
    });
  } catch (error) {
    throw new Error(`Migration ${migration.name} failed and changed nothing: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function remember(client: pg.Client, { name, checksum }: Migration): Promise<void> {
  await client.query(
    `INSERT INTO public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: 'gatehouse migrate' });
  // The next query says that the connection is lost.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Takes the lock. A statement that waited for it would have a snapshot, and building an index waits for all of these. */
async function untilAlone(client: pg.Client, log: Log): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const { rows } = await client.query<{ isOurs: boolean }>('SELECT pg_try_advisory_lock($1) AS "isOurs"', [
      LOCK,
    ]);
    if (rows[0]?.isOurs === true) return;
    if (turn === 0) log('another migration is running; waiting for its end');
    await delay(LOCK_POLL_MS);
  }
}
