/** Migrations of tables that calls are using: nobody waits for long, and an interrupted one goes on where it stopped. */
import { migrate } from '@gatehouse/db/migrate';
import { ONLINE_MARK } from '@gatehouse/db/online-indexes';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createDatabase, RUNNING_ROLE, type TestDatabase } from '../../support/servers/postgres.ts';
import { until } from '../../support/until.ts';

let database: TestDatabase;
let sql: pg.Pool;
/** Holds locks and snapshots in a transaction that each test leaves open for as long as it likes. */
let holder: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  sql = new pg.Pool({ connectionString: database.ownerUrl });
  holder = new pg.Client(database.ownerUrl);
  await holder.connect();
});
afterEach(() => holder.query('ROLLBACK'));
afterAll(async () => {
  await holder.end();
  await sql.end();
  await database.drop();
});

/** A long read, such as an export: building an index waits for its end. */
const READ_ON = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM audit.event';

const lines: string[] = [];
const run = (name: string, text: string): Promise<string[]> =>
  migrate(database.ownerUrl, {
    runningRole: RUNNING_ROLE,
    migrations: [{ name, sql: text, checksum: '0'.repeat(64) }],
    log: (line) => lines.push(line),
  });

const indexOn = (name: string): string =>
  `${ONLINE_MARK}\nCREATE INDEX ${name} ON audit.event (code, started_at) WHERE code IS NOT NULL;\n`;

/** The index and its parts: by the table that each is on, whether it serves queries. */
async function partsOf(name: string): Promise<Record<string, boolean>> {
  const { rows } = await sql.query<{ on: string; valid: boolean }>(
    `SELECT indrelid::regclass::text AS on, indisvalid AS valid FROM pg_index
     WHERE indexrelid IN (SELECT $1::regclass UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::regclass)`,
    [`audit.${name}`],
  );
  return Object.fromEntries(rows.map(({ on, valid }) => [on, valid]));
}

async function everyPart(): Promise<Record<string, boolean>> {
  const { rows } = await sql.query<{ partition: string }>(
    `SELECT inhrelid::regclass::text AS partition FROM pg_inherits WHERE inhparent = 'audit.event'::regclass`,
  );
  return Object.fromEntries(
    ['audit.event', ...rows.map(({ partition }) => partition)].map((on) => [on, true]),
  );
}

/** A write to the table, as every call makes, which is allowed the two seconds of a call. */
const write = (): Promise<unknown> =>
  sql.query(
    `SET statement_timeout = 2000; UPDATE audit.event SET record = record WHERE false; RESET statement_timeout`,
  );

const isBuilding = async (): Promise<boolean> =>
  (
    await sql.query(
      "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'",
    )
  ).rows.length > 0;

it('an index is built on every partition, while the table is written to', async () => {
  await holder.query(READ_ON);
  const applied = run('1_index', indexOn('event_by_code_then'));
  await until('the index is being built', isBuilding);
  await write();
  await holder.query('ROLLBACK');
  expect(await applied).toEqual(['1_index']);
  expect(await partsOf('event_by_code_then')).toEqual(await everyPart());
  expect(lines).toContainEqual(expect.stringMatching(/^event_by_code_then: partition event_\w+, 1 of \d+$/));
  expect(await run('1_index', indexOn('event_by_code_then'))).toEqual([]);
});

it('a partition that is made afterwards has the index, too', async () => {
  await run('2_index', indexOn('event_later'));
  await sql.query(
    "CREATE TABLE audit.event_2090_01 PARTITION OF audit.event FOR VALUES FROM ('2090-01-01Z') TO ('2090-02-01Z')",
  );
  expect(await partsOf('event_later')).toEqual(await everyPart());
});

it('a run that was killed goes on: what it left half built is built again, and the rest is kept', async () => {
  await holder.query(READ_ON);
  const killed = run('3_index', indexOn('event_killed'));
  await until('the index is being built', isBuilding);
  await sql.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'",
  );
  await expect(killed).rejects.toThrow(
    /^Migration 3_index failed: .* Run "gatehouse migrate" again: it goes on/,
  );
  const { rows } = await sql.query("SELECT FROM public._prisma_migrations WHERE migration_name = '3_index'");
  expect(rows).toEqual([]);
  await holder.query('ROLLBACK');
  expect(await run('3_index', indexOn('event_killed'))).toEqual(['3_index']);
  expect(await partsOf('event_killed')).toEqual(await everyPart());
});

it('an index on a table without partitions is built in the same way', async () => {
  const text = `${ONLINE_MARK}\nCREATE INDEX organisation_by_state ON public.organisation (state);`;
  expect(await run('4_index', text)).toEqual(['4_index']);
  const { rows } = await sql.query(
    "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('organisation_by_state')",
  );
  expect(rows).toEqual([{ valid: true }]);
});

it('two runs at once: one builds, the other waits without keeping it from ending', async () => {
  await holder.query(READ_ON);
  const runs = [run('5_index', indexOn('event_twice')), run('5_index', indexOn('event_twice'))];
  await until('one waits', () => lines.includes('another migration is running; waiting for its end'));
  await until('one builds', isBuilding);
  await holder.query('ROLLBACK');
  expect((await Promise.all(runs)).flat()).toEqual(['5_index']);
});

it('a migration that waits for a lock holds up nobody, and is applied once it gets the lock', async () => {
  await holder.query(READ_ON);
  const applied = run('6_column', 'ALTER TABLE audit.event ADD COLUMN note text');
  await until('it waits', () => lines.includes('6_column: waiting for a lock, without holding up others'));
  for (let n = 0; n < 20; n += 1) await write();
  await holder.query('ROLLBACK');
  expect(await applied).toEqual(['6_column']);
});
