import { fileURLToPath } from 'node:url';
import { knownMigrations } from '@gatehouse/db/migrations';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schemaDifferences, schemaFacts } from '../../../tools/schema/schema-catalogue.ts';
import { diagnoseHistory, sqlOfSchema } from '../../../tools/schema/schema-engine.ts';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const SCHEMA = fileURLToPath(new URL('../../../prisma/schema.prisma', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
let migrated: TestDatabase;
let drawn: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  [migrated, drawn] = await Promise.all([createDatabase(), createEmptyDatabase()]);
  client = new pg.Client(drawn.ownerUrl);
  await client.connect();
  await client.query(await sqlOfSchema(SCHEMA, drawn.ownerUrl));
});
afterAll(async () => {
  await client.end();
  await migrated.drop();
  await drawn.drop();
});

async function differences(): Promise<string[]> {
  const migratedClient = new pg.Client(migrated.ownerUrl);
  await migratedClient.connect();
  const facts = await schemaFacts(migratedClient);
  await migratedClient.end();
  return schemaDifferences(
    { name: 'migrations', facts },
    { name: 'schema', facts: await schemaFacts(client) },
  );
}

it('the migrations and the Prisma schema describe the same database', async () => {
  expect(await differences()).toEqual([]);
});

it.each([
  ['a column more', 'ALTER TABLE product ADD COLUMN colour text'],
  ['another type', 'ALTER TABLE assurance_floor ALTER COLUMN level TYPE integer'],
  ['another precision', 'ALTER TABLE client_credential ALTER COLUMN expires_at TYPE timestamptz(6)'],
  ['nullability', 'ALTER TABLE product ALTER COLUMN state DROP NOT NULL'],
  ['another default', `ALTER TABLE product ALTER COLUMN state SET DEFAULT 'retired'`],
  ['a default less', 'ALTER TABLE product ALTER COLUMN state DROP DEFAULT'],
  ['a unique index less', 'DROP INDEX application_asid_unique'],
  ['an index more', 'CREATE INDEX more ON product (state)'],
  [
    'another primary key',
    'ALTER TABLE worklist_use DROP CONSTRAINT worklist_use_pkey, ADD PRIMARY KEY (application_id, day)',
  ],
  ['a foreign key less', 'ALTER TABLE client DROP CONSTRAINT client_environment_fkey'],
  [
    'another deletion rule',
    'ALTER TABLE client DROP CONSTRAINT client_environment_fkey, ADD CONSTRAINT client_environment_fkey FOREIGN KEY (environment) REFERENCES environment (name) ON UPDATE RESTRICT ON DELETE CASCADE',
  ],
  ['a table more', 'CREATE TABLE more ()'],
])('a planted difference is found: %s', async (_what, planted) => {
  await client.query('BEGIN');
  await client.query(planted);
  expect(await differences()).not.toEqual([]);
  await client.query('ROLLBACK');
});

it('Prisma accepts the history of migrations as its own', async () => {
  const migrations = await knownMigrations();
  expect(await diagnoseHistory(SCHEMA, migrated.ownerUrl, MIGRATIONS, migrations)).toMatchObject({
    hasMigrationsTable: true,
    editedMigrationNames: [],
    failedMigrationNames: [],
    history: null,
  });
  const edited = migrations.map((migration) => ({ ...migration, sql: `${migration.sql}-- edited\n` }));
  expect(await diagnoseHistory(SCHEMA, migrated.ownerUrl, MIGRATIONS, edited)).toMatchObject({
    editedMigrationNames: migrations.map(({ name }) => name),
  });
});
