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
  const other = new pg.Client(migrated.ownerUrl);
  await other.connect();
  const facts = await schemaFacts(other);
  await other.end();
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
])('a planted difference is seen: %s', async (_what, planted) => {
  await client.query('BEGIN');
  await client.query(planted);
  expect(await differences()).not.toEqual([]);
  await client.query('ROLLBACK');
});

it('Prisma finds the history it would have written itself', async () => {
  const known = await knownMigrations();
  expect(await diagnoseHistory(SCHEMA, migrated.ownerUrl, MIGRATIONS, known)).toMatchObject({
    hasMigrationsTable: true,
    editedMigrationNames: [],
    failedMigrationNames: [],
    history: null,
  });
  const edited = known.map((migration) => ({ ...migration, sql: `${migration.sql}-- edited\n` }));
  expect(await diagnoseHistory(SCHEMA, migrated.ownerUrl, MIGRATIONS, edited)).toMatchObject({
    editedMigrationNames: known.map(({ name }) => name),
  });
});
