import pg from 'pg';
import { isAtHome } from './database-home.js';
import { knownMigrations } from './migrations.js';

/** The database is not at the schema this build was made for. */
export class SchemaVersionError extends Error {
  override readonly name = 'SchemaVersionError';
}

/** The database was restored or copied, and nobody has confirmed since that it is the one to use (ADR 63). */
export class RestoredDatabaseError extends Error {
  override readonly name = 'RestoredDatabaseError';
}

/**
 * Checks, before the gateway serves, that the database has every migration of this build and was not copied since
 * `gatehouse migrate` last ran on it. Later migrations are allowed: during a rolling update the database is a step ahead
 * of the old replicas.
 * @throws SchemaVersionError or RestoredDatabaseError that says what to do
 */
export async function checkSchemaVersion(databaseUrl: string): Promise<void> {
  const known = await knownMigrations();
  const client = new pg.Client({ connectionString: databaseUrl });
  // The next query says that the connection is lost.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const applied = await appliedMigrations(client);
    const missing = known.filter(({ name }) => !applied.has(name)).map(({ name }) => name);
    if (missing.length > 0)
      throw new SchemaVersionError(
        `The database lacks ${missing.join(', ')}. Run "gatehouse migrate" with DATABASE_OWNER_URL, then start again.`,
      );
    if ((await isAtHome(client)) !== true)
      throw new RestoredDatabaseError(
        'This database was restored or copied, or its server was replaced, since "gatehouse migrate" last ran on it. What was stopped, suspended or revoked after the backup is active in it. Read docs/guides/recovering.md, run "gatehouse migrate" with DATABASE_OWNER_URL if this is the database to use, then start again.',
      );
  } finally {
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<Set<string>> {
  try {
    const { rows } = await client.query<{ migration_name: string }>(
      `SELECT migration_name FROM public._prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    );
    return new Set(rows.map((row) => row.migration_name));
  } catch (error) {
    const undefinedTable = error instanceof pg.DatabaseError && error.code === '42P01';
    const forbidden = error instanceof pg.DatabaseError && error.code === '42501';
    if (undefinedTable || forbidden) return new Set();
    throw error;
  }
}
