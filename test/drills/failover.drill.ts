/** A fail-over of PostgreSQL: the primary dies in the middle of calls, and its synchronous standby is promoted. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { makeTemplate } from '../support/servers/postgres.ts';
import { PARTNER_ONLY } from '../support/servers/stack.ts';
import { startTcpProxy } from '../support/servers/tcp-proxy.ts';
import { until, untilReady } from '../support/until.ts';
import { timed, unless, type Drill } from './drill.ts';
import { canariesOf, install, promiseAll, SWEPT_MS } from './installation.ts';
import { startPrimary, startStandby } from './postgres.ts';
import { failuresOf, hasFailed, outageMs, PER_SECOND, startTraffic } from './traffic.ts';

const STANDBY = 'standby';
const BEFORE_MS = 8_000;
const AFTER_MS = 12_000;
/** How long it takes until somebody has noticed: the part of a fail-over that is not Gatehouse's. */
const NOTICED_MS = 3_000;

export const drill: Drill = {
  title: `the primary dies and its synchronous standby is promoted, at ${PER_SECOND} calls a second`,
  async run(run) {
    run.step('starting a primary and its standby, the simulator and two replicas');
    const primary = await startPrimary({ synchronous_standby_names: STANDBY, synchronous_commit: 'local' });
    run.later(() => primary.stop());
    let current = primary;
    // Stays while what is behind it changes, as the name of a database does.
    const address = await startTcpProxy(() => `127.0.0.1:${current.port}`);
    run.later(() => address.close());
    const server = { ...primary, superuserUrl: address.through(primary.superuserUrl) };
    await makeTemplate(server.superuserUrl);
    const standby = await startStandby(primary, STANDBY);
    run.later(() => standby.stop());
    run.note('PostgreSQL', primary.version);
    await commitOnBoth(primary.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications } = installation;
    const replicas = [stack.gateway, await stack.startGateway(PARTNER_ONLY)];
    await stack.settled();
    const traffic = startTraffic(run, installation, () => replicas);
    await delay(BEFORE_MS);

    run.step('the primary dies');
    const diedAtMs = Date.now();
    await primary.crash();
    await delay(NOTICED_MS);
    run.step('the standby is promoted, and the address of the database leads to it');
    const promoted = await timed(() => standby.promote());
    current = standby;
    run.time('until the failure was noticed, as in the drill', NOTICED_MS);
    run.time('promoting the standby', promoted.ms);
    const promotedAtMs = Date.now();
    await delay(AFTER_MS);
    const calls = await traffic.stop();

    run.step('verifying');
    const failed = calls.filter(hasFailed);
    const firstAfter = calls.filter((call) => !hasFailed(call) && call.startedAtMs >= promotedAtMs);
    const servedMs = Math.min(...firstAfter.map(({ startedAtMs, ms }) => startedAtMs + ms));
    run.time('from the promotion to the first answered call', servedMs - promotedAtMs);
    run.time('from the death of the primary to the first answered call', servedMs - diedAtMs);
    run.time('from the first failed call to the end of the last', outageMs(calls));
    run.note('calls', calls.length);
    run.note('failed calls', `${failed.length} ${JSON.stringify(failuresOf(calls))}`);
    const longestMs = Math.max(...failed.map(({ ms }) => ms));
    run.note('the longest that a caller waited for a refusal', `${Math.round(longestMs)} ms`);
    const restarted = await stack.startGateway(PARTNER_ONLY);
    await untilReady(restarted);
    run.promise('a gateway that starts afterwards needs no confirmation of the database', []);
    run.promise(
      'the replicas served again without a restart',
      unless(
        replicas.every(({ child }) => child.exitCode === null),
        'a replica has ended',
      ),
    );
    await promiseAll(run, installation, {
      answers: calls,
      callerOf: traffic.callerOf,
      canaries: canariesOf(applications),
      waitMs: SWEPT_MS,
    });
  },
};

/** From now on a commit is acknowledged once both servers have it. The template was created without a standby. */
async function commitOnBoth(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query('ALTER SYSTEM SET synchronous_commit = on');
  await client.query('SELECT pg_reload_conf()');
  await until('the standby confirms commits', async () => {
    const { rows } = await client.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`);
    return rows.length > 0;
  });
  await client.end();
}
