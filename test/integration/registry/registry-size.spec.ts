/** A large registry. How fast it is read is measured by `npm run bench`. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRegistry } from '../../../apps/gateway/src/adapters/registry/registry.js';
import { fillRegistry, REGISTRY_CHANGES } from '../../bench/servers/registry-data.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const ORGANISATIONS = 1_000;
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.appUrl });
  await fillRegistry(database, ORGANISATIONS);
}, 120_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it(`${ORGANISATIONS} organisations with 3 applications each are loaded, and a change reads only what it touches`, async () => {
  const registry = await openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
  expect(registry.current().applicationsByJwksId.size).toBe(ORGANISATIONS * 3);
  const change = async (name: keyof typeof REGISTRY_CHANGES): Promise<void> => {
    await pool.query(REGISTRY_CHANGES[name]);
    const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
    await registry.refresh(Number(rows[0]?.version));
  };
  const organisation = (odsCode: string) => registry.current().organisations.get(odsCode);
  const applicationOf = (odsCode: string) =>
    organisation(odsCode)?.bindings.map(({ application }) => application);

  const untouched = organisation('X8');
  await change('organisation');
  expect(organisation('X7')?.state).toBe('suspended');
  await change('application');
  expect(applicationOf('X7')?.filter(({ state }) => state === 'suspended')).toMatchObject([
    { asid: '000000000021' },
  ]);
  // Another organisation's part of the snapshot is the very same object.
  expect(organisation('X8')).toBe(untouched);
  await change('messageSetOfAll');
  for (const { interactions } of applicationOf('X8') ?? []) expect(interactions).toEqual(new Set(['A005']));
  expect(registry.current().applicationsByJwksId.size).toBe(ORGANISATIONS * 3);
  await registry.close();
});
