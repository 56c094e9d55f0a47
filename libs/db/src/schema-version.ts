import pg from 'pg';
import { knownMigrations } from './migrations.js';

/** The database is not at the schema this build was made for. */
export class SchemaVersionError extends Error {
  override readonly name = 'SchemaVersionError';
}

/**
 * Checks, before the gateway serves, that the database has every migration of this build. Later ones are allowed:
 * during a rolling update the database is a step ahead of the old replicas.
 * @throws SchemaVersionError that says what to run
 */
export async function checkSchemaVersion(databaseUrl: string): Promise<void> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(databaseUrl);
  const missing = known.filter(({ name }) => !applied.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new SchemaVersionError(
      `The database lacks ${missing.join(', ')}. Run "gatehouse migrate" with DATABASE_OWNER_URL, then start again.`,
    );
}

async function appliedMigrations(databaseUrl: string): Promise<Set<string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
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
  } finally {
    await client.end();
  }
}
