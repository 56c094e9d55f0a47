/**
 * The audit trail is large, and a migration builds an index on it and changes its table, while calls go on and a long
 * export holds the table. The migration is killed half-way, and run again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@gatehouse/db/migrate';
import { ONLINE_MARK } from '@gatehouse/db/online-indexes';
import pg from 'pg';
import { emptyTrail, fillTrail, roomFor } from '../bench/servers/trail-data.ts';
import { makeTemplate, RUNNING_ROLE } from '../support/servers/postgres.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { until } from '../support/until.ts';
import { timed, unless, type Drill, type DrillRun } from './drill.ts';
import { canariesOf, install, promiseAll } from './installation.ts';
import { startPrimary } from './postgres.ts';
import { BEFORE_AND_AFTER_MS, REPLACEABLE } from './replacing.ts';
import { failedCalls, hasFailed, PER_SECOND, startTraffic, type Call } from './traffic.ts';

/** DRILL_ATTEMPTS sets another number. */
const ATTEMPTS = 1_000_000;
const EXPORT_MS = 5_000;

const INDEX = {
  name: '1_drill_index',
  sql: `${ONLINE_MARK}\nCREATE INDEX event_of_drill ON audit.event (interaction, code, started_at DESC);`,
  checksum: '1'.repeat(64),
};
const COLUMN = {
  name: '2_drill_column',
  sql: 'ALTER TABLE audit.event ADD COLUMN of_drill text',
  checksum: '2'.repeat(64),
};

export const drill: Drill = {
  title: `a large audit trail is indexed and its table is changed, at ${PER_SECOND} calls a second`,
  async run(run) {
    run.step('starting PostgreSQL, the simulator and the replicas');
    const server = await startPrimary();
    run.later(() => server.stop());
    await makeTemplate(server.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications } = installation;
    const replicas: GatewayProcess[] = [];
    for (let n = 0; n < 2; n += 1) replicas.push(await stack.startGateway(REPLACEABLE));
    await stack.settled();

    const attempts = await roomFor(stack.sql, wantedAttempts());
    run.step(`filling the trail with ${attempts.toLocaleString('en-GB')} attempts`);
    await fillTrail(stack.sql, attempts);
    run.note('records in the trail', (2 * attempts).toLocaleString('en-GB'));

    const traffic = startTraffic(run, installation, () => replicas);
    await delay(BEFORE_AND_AFTER_MS);
    const before = traffic.calls.length;
    const apply = (migration: typeof INDEX): Promise<string[]> =>
      migrate(stack.database.ownerUrl, {
        runningRole: RUNNING_ROLE,
        migrations: [migration],
        log: (line) => run.step(line),
      });

    run.step('building the index, and killing it half-way');
    const killed = apply(INDEX).then(
      () => 'the migration ended before it was killed',
      () => undefined,
    );
    await until('the index is being built', () => isBuilding(stack.sql));
    await delay(1_000);
    await stack.sql.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'",
    );
    const survived = await killed;
    run.promise('a migration can be killed', unless(survived === undefined, survived ?? ''));
    run.step('building it again');
    const built = await timed(() => apply(INDEX));
    run.time('building the index, after it was killed', built.ms);

    run.step('changing the table, while an export reads it');
    const endExport = await readOn(run, stack.database.ownerUrl);
    const changing = timed(() => apply(COLUMN));
    await delay(EXPORT_MS);
    await endExport();
    run.time(`changing the table, ${EXPORT_MS / 1000} s of them behind an export`, (await changing).ms);
    const after = traffic.calls.length;
    await delay(BEFORE_AND_AFTER_MS);
    const calls = await traffic.stop();

    run.step('verifying');
    run.note('calls', calls.length);
    run.note('writes among them', calls.filter(({ isWrite }) => isWrite).length);
    run.note('failed calls', calls.filter(hasFailed).length);
    run.note('the slowest call, before', slowest(calls.slice(0, before)));
    run.note('the slowest call, meanwhile', slowest(calls.slice(before, after)));
    run.promise('no call failed', failedCalls(calls));
    run.promise('every part of the index serves queries', await invalidIndexes(stack.sql));
    // Their hashes are made up, so that the proofs would call them forged.
    await emptyTrail(stack.sql);
    await promiseAll(run, installation, {
      answers: calls,
      callerOf: traffic.callerOf,
      canaries: canariesOf(applications),
    });
  },
};

function wantedAttempts(): number {
  const text = process.env['DRILL_ATTEMPTS'] ?? String(ATTEMPTS);
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Error('DRILL_ATTEMPTS is a number of attempts, such as 10000000.');
  return Number(text);
}

async function isBuilding(sql: pg.Pool): Promise<boolean> {
  const { rows } = await sql.query('SELECT FROM pg_stat_progress_create_index WHERE blocks_done > 0');
  return rows.length > 0;
}

/** Reads the trail in one transaction, as an export does. @returns what ends it */
async function readOn(run: DrillRun, ownerUrl: string): Promise<() => Promise<void>> {
  const client = new pg.Client(ownerUrl);
  await client.connect();
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= client.end());
  run.later(end);
  await client.query('BEGIN; SELECT FROM audit.event LIMIT 1');
  return end;
}

async function invalidIndexes(sql: pg.Pool): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    'SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid',
  );
  return rows.map(({ name }) => `${name} is invalid`);
}

const slowest = (calls: readonly Call[]): string =>
  `${Math.round(Math.max(...calls.map(({ ms }) => ms)))} ms`;
