/**
 * A restore: the database is lost, and a dump that was made under traffic is restored on another server. It ends with
 * service that is verified, and with a list of what the dump did not have.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createRoles, ensureDatabase } from '../../tools/postgres/embedded-postgres.ts';
import { tally } from '../support/load.ts';
import { gather, registryEntry, type Hit } from '../support/proofs.ts';
import { makeTemplate, OWNER, ROLE_PASSWORD, RUNNING_ROLE } from '../support/servers/postgres.ts';
import { PARTNER_ONLY, type Stack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';
import { timed, unless, type Drill } from './drill.ts';
import { gatehouse } from './gatehouse-command.ts';
import { install, untilSwept } from './installation.ts';
import { runProgram, startPrimary } from './postgres.ts';
import { failuresOf, hasFailed, PER_SECOND, startTraffic } from './traffic.ts';

const BEFORE_MS = 8_000;
const AFTER_MS = 8_000;
/** A worker makes one every minute. */
const CHECKPOINT_MS = 75_000;
/** Of the referral that every read asks for. */
const UBRN = '000000070000';

export const drill: Drill = {
  title: `the database is lost and restored elsewhere from a dump, made at ${PER_SECOND} calls a second`,
  async run(run) {
    run.step('starting PostgreSQL, the simulator and two replicas');
    const server = await startPrimary();
    run.later(() => server.stop());
    run.note('PostgreSQL', server.version);
    await makeTemplate(server.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications, settings, verifyWithCheckpoints, newestCheckpointMs } = installation;
    await stack.startGateway(PARTNER_ONLY);
    await stack.settled();
    const traffic = startTraffic(run, installation, () => stack.gateways);
    await delay(BEFORE_MS);

    run.step('pg_dump, under traffic');
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'));
    run.later(() => rm(folder, { recursive: true, force: true }));
    const dump = join(folder, 'gatehouse.dump');
    const dumpBeganMs = Date.now();
    const dumped = await timed(() =>
      runProgram('pg_dump', ['--format=custom', `--file=${dump}`, `--dbname=${stack.database.ownerUrl}`]),
    );
    const dumpEndedMs = Date.now();
    run.time('pg_dump, under traffic', dumped.ms);
    run.note('the dump', `${((await stat(dump)).size / 1e6).toFixed(1)} MB`);

    run.step(
      'suspending an application, which the dump does not have; waiting for a checkpoint that it does not have',
    );
    const [writer, stopped] = applications;
    if (writer === undefined || stopped === undefined) throw new Error('two applications were onboarded');
    await suspend(stack, stopped);
    await delay(2_000);
    await until(
      'a checkpoint of records that the dump does not have',
      async () => (await newestCheckpointMs()) > dumpEndedMs,
      CHECKPOINT_MS,
    );
    const before = await traffic.stop();
    const lostHits = (await gather(stack)).hits;

    run.step('the database and the replicas are lost');
    const lostAtMs = performance.now();
    for (const gateway of stack.gateways) gateway.kill('SIGKILL');
    await Promise.all(stack.gateways.map(({ ended }) => ended));
    stack.gateways.length = 0;
    await server.crash();

    run.step('a new server, and pg_restore');
    const fresh = await timed(() => startPrimary());
    run.later(() => fresh.result.stop());
    const { superuserUrl } = fresh.result;
    await createRoles(superuserUrl, { [OWNER]: ROLE_PASSWORD, [RUNNING_ROLE]: ROLE_PASSWORD });
    await ensureDatabase(superuserUrl, stack.database.name, OWNER);
    const at = (url: string): string => {
      const moved = new URL(url);
      moved.port = String(fresh.result.port);
      return moved.href;
    };
    const database = { ownerUrl: at(stack.database.ownerUrl), appUrl: at(stack.database.appUrl) };
    const restored = await timed(() =>
      runProgram('pg_restore', ['--exit-on-error', `--dbname=${database.ownerUrl}`, dump]),
    );
    run.time('a new, empty server', fresh.ms);
    run.time('pg_restore', restored.ms);

    run.step('a gateway is started too early');
    const tooEarly = await stack
      .startGateway({ ...settings, DATABASE_URL: database.appUrl })
      .then(() => 'it started')
      .catch((error: unknown) => String(error));
    run.promise(
      'a gateway refuses to start before "gatehouse migrate"',
      unless(tooEarly.includes('restored or copied') && tooEarly.includes('gatehouse migrate'), tooEarly),
    );

    run.step('gatehouse migrate, and two replicas');
    const migrated = await timed(() => gatehouse('migrate', database));
    run.time('gatehouse migrate', migrated.ms);
    const started = await timed(async () => {
      await stack.startGateway({ ...settings, DATABASE_URL: database.appUrl });
      await stack.startGateway({ ...PARTNER_ONLY, DATABASE_URL: database.appUrl });
      await until('both are ready', async () => {
        const answers = await Promise.all(stack.gateways.map(({ status }) => fetch(`${status}/ready`)));
        return answers.every(({ status }) => status === 200);
      });
    });
    run.time('until two replicas were ready', started.ms);
    run.time('from the loss to service', performance.now() - lostAtMs);
    const sql = new pg.Pool({ connectionString: at(stack.database.superuserUrl), max: 4 });
    // The server may be stopped before an idle connection is closed.
    sql.on('error', () => undefined);
    run.later(() => sql.end());

    run.step('calls, and what the dump did not have');
    const later = startTraffic(run, installation, () => stack.gateways);
    await delay(AFTER_MS / 2);
    const servedStopped = later.calls.filter(
      (call) => !hasFailed(call) && later.callerOf(call.correlationId) === stopped,
    ).length;
    run.note('calls served of the application that was suspended after the backup', servedStopped);
    run.promise(
      'what was suspended after the backup is served again until it is suspended again, as the guide warns',
      unless(servedStopped > 0, 'none was served: the guide is wrong'),
    );
    await suspend(stack, stopped);
    const repeatedAtMs = Date.now();
    await delay(AFTER_MS / 2);
    const after = await later.stop();
    const servedAfterwards = after.filter(
      (call) =>
        !hasFailed(call) &&
        later.callerOf(call.correlationId) === stopped &&
        call.startedAtMs > repeatedAtMs + 1_000,
    );
    run.promise(
      'once it is suspended again, none of its calls is served',
      servedAfterwards.map(({ correlationId }) => `${correlationId} was served`),
    );

    run.step('waiting for what the lost replicas left open');
    await untilSwept(sql);
    run.time('from the loss until every open attempt had its outcome', performance.now() - lostAtMs);

    run.step('verifying');
    const report = await verifyWithCheckpoints(sql);
    const notInDump = /^the trail is behind checkpoint/;
    const loss = report.faults.filter(({ what }) => notInDump.test(what));
    run.note('calls before the loss', before.length);
    run.note('calls after it', `${after.length}, refused ${JSON.stringify(failuresOf(after))}`);
    run.note('records that the checkpoints miss, by verify', `${loss.length} chains`);
    run.promise(
      'the chains that were restored are whole',
      report.faults.filter(({ what }) => !notInDump.test(what)).map(({ what }) => what),
    );
    run.promise(
      '"gatehouse verify" names the loss by the signed checkpoints',
      unless(loss.length > 0, 'it found nothing missing'),
    );
    await until(
      'the worker has reported it',
      async () =>
        (await sql.query(`SELECT FROM audit.event WHERE event = 'TRAIL_BEHIND_CHECKPOINT'`)).rows.length > 0,
      CHECKPOINT_MS,
    );
    run.promise('a worker reports it by itself (TRAIL_BEHIND_CHECKPOINT)', []);
    await promiseOfCalls(run, sql, stack, lostHits, { dumpBeganMs });
    const { items } = await stack.admin<{ items: { startedAt: string }[] }>('POST', '/audit/search', {
      ubrn: UBRN,
      reason: 'restore drill',
      limit: 500,
    });
    run.promise(
      'a search by UBRN finds records from before the loss: the audit key still opens them',
      unless(
        items.some(({ startedAt }) => Date.parse(startedAt) < dumpBeganMs),
        `${items.length} records were found, none of them from before`,
      ),
    );
  },
};

type Run = Parameters<Drill['run']>[0];

/** Compares what e-RS received with the trail that was restored. */
async function promiseOfCalls(
  run: Run,
  sql: pg.Pool,
  stack: Stack,
  lostHits: readonly Hit[],
  { dumpBeganMs }: { dumpBeganMs: number },
): Promise<void> {
  const { hits, intents, outcomes } = await gather({ ...stack, sql });
  const isRecorded = ({ correlationId }: Hit): boolean => intents.has(correlationId ?? '');
  const missing = lostHits.filter((hit) => !isRecorded(hit));
  run.note('calls at e-RS before the loss that the restored trail does not have', missing.length);
  run.promise(
    'every call from before the backup is in the restored trail',
    missing
      .filter(({ at }) => Date.parse(at) < dumpBeganMs)
      .map(({ correlationId }) => `${String(correlationId)} is not`),
  );
  const since = hits.slice(lostHits.length);
  run.promise(
    'every call since the restore is in the trail',
    since.filter((hit) => !isRecorded(hit)).map(({ correlationId }) => `${String(correlationId)} is not`),
  );
  const arrivals = tally(hits.map(({ correlationId }) => correlationId ?? 'without a number'));
  run.promise(
    'no attempt reached e-RS twice, and none of those that were restored was repeated',
    Object.entries(arrivals)
      .filter(([, count]) => count > 1)
      .map(([id, count]) => `${id} arrived ${count} times`),
  );
  const left = [...outcomes.values()].flat().filter(({ record }) => record['outcome'] === 'UNKNOWN');
  run.note('attempts that the dump had without an outcome, recorded as UNKNOWN', left.length);
}

async function suspend(stack: Stack, application: Parameters<typeof registryEntry>[0]): Promise<void> {
  await stack.admin('POST', '/registry/apply', {
    document: { apiVersion: 'gatehouse/v1', applications: [registryEntry(application, 'suspended')] },
  });
}
