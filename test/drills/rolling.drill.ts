/** A rolling update: the schema is migrated and each replica is replaced, one after the other, while calls go on. */
import { setTimeout as delay } from 'node:timers/promises';
import { makeTemplate } from '../support/servers/postgres.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { PARTNER_ONLY } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';
import { timed, unless, type Drill } from './drill.ts';
import { gatehouse } from './gatehouse-command.ts';
import { canariesOf, install, promiseAll } from './installation.ts';
import { startPrimary } from './postgres.ts';
import { failedCalls, hasFailed, PER_SECOND, startTraffic } from './traffic.ts';

const REPLICAS = 3;
/** How long a replica that is leaving still takes calls, so that the balancer looks elsewhere first. */
const GRACE_MS = 2_000;
const BEFORE_AND_AFTER_MS = 5_000;

export const drill: Drill = {
  title: `${REPLICAS} replicas are replaced one after the other, at ${PER_SECOND} calls a second`,
  async run(run) {
    run.step('starting PostgreSQL, the simulator and the replicas');
    const server = await startPrimary();
    run.later(() => server.stop());
    await makeTemplate(server.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications } = installation;
    const start = (): Promise<GatewayProcess> =>
      stack.startGateway({ ...PARTNER_ONLY, GATEHOUSE_DRAIN_GRACE_MS: String(GRACE_MS) });
    const replicas: GatewayProcess[] = [];
    for (let n = 0; n < REPLICAS; n += 1) replicas.push(await start());
    await stack.settled();
    const traffic = startTraffic(run, installation, () => replicas);
    await delay(BEFORE_AND_AFTER_MS);

    run.step('gatehouse migrate, under traffic');
    const migrated = await timed(() => gatehouse('migrate', stack.database));
    run.time('gatehouse migrate, under traffic', migrated.ms);

    const codes: (number | string)[] = [];
    for (const [n, leaving] of [...replicas].entries()) {
      const which = `replica ${n + 1} of ${REPLICAS}`;
      run.step(`replacing ${which}`);
      const started = await timed(async () => {
        const coming = await start();
        await until(
          'the new replica is ready',
          async () => (await fetch(`${coming.status}/ready`)).status === 200,
        );
        return coming;
      });
      run.time(`${which}: until its successor was ready`, started.ms);
      replicas.push(started.result);
      // The balancer sees it before the other leaves.
      await delay(500);
      leaving.kill('SIGTERM');
      const left = await timed(() => leaving.ended);
      codes.push(left.result);
      replicas.splice(replicas.indexOf(leaving), 1);
      run.time(`${which}: from SIGTERM to its end`, left.ms);
    }
    await delay(BEFORE_AND_AFTER_MS);
    const calls = await traffic.stop();
    run.step('verifying');
    run.note('calls', calls.length);
    run.note('writes among them', calls.filter(({ isWrite }) => isWrite).length);
    run.note('failed calls', calls.filter(hasFailed).length);
    run.note('the slowest call', `${Math.round(Math.max(...calls.map(({ ms }) => ms)))} ms`);
    run.promise('no call failed', failedCalls(calls));
    run.promise(
      'every replica ended in order',
      unless(
        codes.every((code) => code === 0),
        `exit codes ${codes.join(', ')}`,
      ),
    );
    await promiseAll(run, installation, {
      answers: calls,
      callerOf: traffic.callerOf,
      canaries: canariesOf(applications),
    });
  },
};
