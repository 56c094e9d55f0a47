import { migrate } from '@gatehouse/db/migrate';
import { knownMigrations } from '@gatehouse/db/migrations';
import { checkSchemaVersion } from '@gatehouse/db/schema-version';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import {
  OWNER,
  RUNNING_ROLE,
  createDatabase,
  createEmptyDatabase,
  type TestDatabase,
} from '../../support/servers/postgres.ts';

const databases: TestDatabase[] = [];
afterAll(() => Promise.all(databases.map((database) => database.drop())));

const emptyDatabase = async () => {
  const database = await createEmptyDatabase();
  databases.push(database);
  return database;
};

it('applies every migration once; a second run, and one at the same time, change nothing', async () => {
  const { ownerUrl, appUrl } = await emptyDatabase();
  await expect(checkSchemaVersion(appUrl)).rejects.toThrow(/Run "gatehouse migrate"/);
  const runs = await Promise.all([1, 2].map(() => migrate(ownerUrl, { runningRole: RUNNING_ROLE })));
  const migrations = await knownMigrations();
  expect(migrations.length).toBeGreaterThan(2);
  expect(runs.flat().sort()).toEqual(migrations.map(({ name }) => name));
  expect(await migrate(ownerUrl, { runningRole: RUNNING_ROLE })).toEqual([]);
  await checkSchemaVersion(appUrl);
});

it('a copy of the template is up to date', async () => {
  const database = await createDatabase();
  databases.push(database);
  await checkSchemaVersion(database.appUrl);
});

it('a copy is refused until it is migrated, and so is one whose server was replaced', async () => {
  const original = await createDatabase();
  databases.push(original);
  const { superuserUrl, ownerUrl } = original;
  const copyName = `${original.name}_copy`;
  const at = (url: string): string => url.replace(original.name, copyName);
  const client = new pg.Client(superuserUrl.replace(original.name, 'postgres'));
  await client.connect();
  await client.query(`CREATE DATABASE ${copyName} TEMPLATE ${original.name} OWNER ${OWNER}`);
  const drop = async (): Promise<void> => {
    await client.query(`DROP DATABASE ${copyName} WITH (FORCE)`);
    await client.end();
  };
  const copy = { ...original, name: copyName, ownerUrl: at(ownerUrl), appUrl: at(original.appUrl), drop };
  databases.push(copy);
  await expect(checkSchemaVersion(copy.appUrl)).rejects.toThrow(
    /restored or copied.* run "gatehouse migrate"/,
  );
  await checkSchemaVersion(original.appUrl);

  const lines: string[] = [];
  await migrate(copy.ownerUrl, { runningRole: RUNNING_ROLE, log: (line) => lines.push(line) });
  expect(lines).toContain('this database is a copy or was restored; gateways may use it from now on');
  await checkSchemaVersion(copy.appUrl);
  lines.length = 0;
  await migrate(copy.ownerUrl, { runningRole: RUNNING_ROLE, log: (line) => lines.push(line) });
  expect(lines).toEqual(['the database is up to date']);

  // What a dump that is restored on another server brings along.
  const owner = new pg.Client(copy.ownerUrl);
  await owner.connect();
  await owner.query(`UPDATE database_home SET system_identifier = '1'`);
  await expect(checkSchemaVersion(copy.appUrl)).rejects.toThrow(/server was replaced/);
  await owner.query('DELETE FROM database_home');
  await owner.end();
  await expect(checkSchemaVersion(copy.appUrl)).rejects.toThrow(/run "gatehouse migrate"/);
});

it('a failing migration changes nothing', async () => {
  const { ownerUrl } = await emptyDatabase();
  const broken = { name: '1_broken', sql: 'CREATE TABLE half (); SELECT 1/0;', checksum: '0'.repeat(64) };
  await expect(migrate(ownerUrl, { runningRole: RUNNING_ROLE, migrations: [broken] })).rejects.toThrow(
    /1_broken failed and changed nothing: division by zero/,
  );
  const client = new pg.Client(ownerUrl);
  await client.connect();
  const { rows } = await client.query(
    `SELECT to_regclass('half') AS half, (SELECT count(*)::int FROM _prisma_migrations) AS applied`,
  );
  await client.end();
  expect(rows).toEqual([{ half: null, applied: 0 }]);
});

it('an edited migration and an unfit running role are refused in plain words', async () => {
  const { ownerUrl } = await createDatabase().then((database) => (databases.push(database), database));
  const edited = { name: '20261122000000_registry', sql: '', checksum: '0'.repeat(64) };
  await expect(migrate(ownerUrl, { runningRole: RUNNING_ROLE, migrations: [edited] })).rejects.toThrow(
    /was edited/,
  );
  await expect(migrate(ownerUrl, { runningRole: 'nobody_here' })).rejects.toThrow(/does not exist/);
  await expect(migrate(ownerUrl, { runningRole: OWNER })).rejects.toThrow(/must run as another role/);
});

it('a client id at CIS2 moves from the applications to their product, where they agree', async () => {
  const { ownerUrl } = await emptyDatabase();
  const known = await knownMigrations();
  const at = known.findIndex(({ name }) => name.endsWith('_cis2_clients'));
  const client = new pg.Client(ownerUrl);
  await client.connect();
  await client.query("SELECT set_config('gatehouse.running_role', $1, false)", [RUNNING_ROLE]);
  for (const { sql } of known.slice(0, at)) await client.query(sql);
  await client.query(`
    INSERT INTO environment (name, kind) VALUES ('int', 'authenticated'), ('prod', 'authenticated');
    INSERT INTO product (name) VALUES ('Agree'), ('Disagree'), ('One'), ('Same as One'), ('None');
    INSERT INTO application (environment, product, access_mode, jwks_id, cis2)
    SELECT environment, product, 'user-restricted', substr(md5(random()::text), 1, 22), cis2::jsonb FROM (VALUES
      ('int', 'Agree', '{"clientId": "a"}'), ('int', 'Agree', '{"clientId": "a"}'), ('prod', 'Agree', '{"clientId": "a"}'),
      ('int', 'Disagree', '{"clientId": "b"}'), ('int', 'Disagree', '{"clientId": "c"}'),
      ('int', 'One', '{"clientId": "d"}'), ('int', 'Same as One', '{"clientId": "d"}'), ('int', 'None', NULL)
    ) AS application (environment, product, cis2)`);
  await client.query(known[at]?.sql ?? '');
  const { rows } = await client.query(
    'SELECT environment, product, registered_client_id AS client_id, auth FROM cis2_client ORDER BY environment',
  );
  await client.end();
  expect(rows).toEqual([
    { environment: 'int', product: 'Agree', client_id: 'a', auth: 'private_key_jwt' },
    { environment: 'prod', product: 'Agree', client_id: 'a', auth: 'private_key_jwt' },
  ]);
});
