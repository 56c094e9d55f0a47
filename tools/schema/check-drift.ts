/** Fails if prisma/schema.prisma and prisma/migrations describe different databases, and says where. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@gatehouse/db/migrate';
import pg from 'pg';
import { createRoles, ensureDatabase, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { schemaDifferences, schemaFacts } from './schema-catalogue.ts';
import { sqlOfSchema } from './schema-engine.ts';

const SCHEMA = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));
const OWNER = 'drift_owner';
const RUNNING_ROLE = 'drift_app';
const PASSWORD = 'drift';

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function differences(superuserUrl: string): Promise<string[]> {
  await createRoles(superuserUrl, { [OWNER]: PASSWORD, [RUNNING_ROLE]: PASSWORD });
  const urls: Record<string, string> = {};
  for (const name of ['migrated', 'declared']) {
    await ensureDatabase(superuserUrl, name, OWNER);
    urls[name] = Object.assign(new URL(superuserUrl), {
      pathname: `/${name}`,
      username: OWNER,
      password: PASSWORD,
    }).href;
  }
  await migrate(urls.migrated!, { runningRole: RUNNING_ROLE });
  const sql = await sqlOfSchema(SCHEMA, urls.declared!);
  await withClient(urls.declared!, (client) => client.query(sql));
  return schemaDifferences(
    { name: 'prisma/migrations', facts: await withClient(urls.migrated!, schemaFacts) },
    { name: 'prisma/schema.prisma', facts: await withClient(urls.declared!, schemaFacts) },
  );
}

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-drift-'));
const server = await startEmbeddedPostgres({ dataDir: folder, persistent: false });
try {
  const lines = await differences(server.superuserUrl);
  for (const line of lines) console.error(line);
  process.exitCode = lines.length === 0 ? 0 : 1;
  if (lines.length === 0) console.log('The migrations and prisma/schema.prisma agree.');
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
