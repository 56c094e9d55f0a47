import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { isAtHome, settleHere } from './database-home.js';
import { knownMigrations, type Migration } from './migrations.js';
import { migrateQueue } from './queue-schema.js';
import { grantRights } from './rights.js';

export interface MigrateOptions {
  /** The role of DATABASE_URL; it must exist. Migrations find it in the setting `gatehouse.running_role`. */
  readonly runningRole: string;
  readonly log?: (line: string) => void;
  /** Instead of prisma/migrations. */
  readonly migrations?: readonly Migration[];
}

/** Prisma's own lock: `prisma migrate deploy` and this one don't run at the same time. */
const LOCK = 72_707_369;

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
 * Each migration is one transaction together with its row in Prisma's history, so that none is ever half applied.
 * @param ownerUrl DATABASE_OWNER_URL: the owner of the database
 * @returns the names of the migrations that were applied now
 * @throws if an applied migration was edited since, or an earlier one was left half done by another tool
 */
export async function migrate(ownerUrl: string, options: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'gatehouse migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query("SELECT set_config('gatehouse.running_role', $1, false)", [options.runningRole]);
    await client.query(HISTORY);
    const pending = await pendingMigrations(client, options.migrations ?? (await knownMigrations()));
    for (const migration of pending) {
      await apply(client, migration);
      options.log?.(`applied ${migration.name}`);
    }
    await migrateQueue(client);
    await inTransaction(client, async () => {
      await grantRights(client, options.runningRole);
      // After a restore into another cluster transaction numbers start again; an equal one would hide a change.
      await client.query('UPDATE public.registry_head SET xid = NULL');
      const wasMoved = (await isAtHome(client)) === false;
      await settleHere(client);
      if (wasMoved) options.log?.('this database is a copy or was restored; gateways may use it from now on');
    });
    await keepPartitions(client, options.log);
    if (pending.length === 0) options.log?.('the database is up to date');
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Partitions of the audit trail for this month and the next three; the worker role does the same every hour. */
async function keepPartitions(client: pg.Client, log: MigrateOptions['log']): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    "SELECT to_regprocedure('audit.keep_partitions()') IS NOT NULL AS exists",
  );
  if (rows[0]?.exists !== true) return;
  for (;;) {
    const { rows: steps } = await client.query<{ step: string }>('SELECT audit.keep_partitions() AS step');
    const step = steps[0]?.step;
    if (step === 'moved') log?.('moved audit records into the partition of their month');
    if (step === 'busy')
      log?.('the partitions of the audit trail are left to the worker role: they are in use');
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

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await inTransaction(client, async () => {
      await client.query(sql);
      await client.query(
        `INSERT INTO public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
        [randomUUID(), checksum, name],
      );
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${name} failed and changed nothing: ${reason}`, { cause: error });
  }
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
