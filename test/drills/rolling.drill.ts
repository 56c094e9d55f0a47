/** A rolling update: the schema is migrated and each replica is replaced, one after the other, while calls go on. */
import { setTimeout as delay } from 'node:timers/promises';
import { makeTemplate } from '../support/servers/postgres.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { timed, type Drill } from './drill.ts';
import { gatehouse } from './gatehouse-command.ts';
import { canariesOf, install, promiseAll } from './installation.ts';
import { startPrimary } from './postgres.ts';
import { BEFORE_AND_AFTER_MS, REPLACEABLE, replaceAll } from './replacing.ts';
import { failedCalls, hasFailed, PER_SECOND, startTraffic } from './traffic.ts';

const REPLICAS = 3;

export const drill: Drill = {
  title: `${REPLICAS} replicas are replaced one after the other, at ${PER_SECOND} calls a second`,
  async run(run) {
    run.step('starting PostgreSQL, the simulator and the replicas');
    const server = await startPrimary();
    run.later(() => server.stop());
    await makeTemplate(server.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications } = installation;
    const start = (): Promise<GatewayProcess> => stack.startGateway(REPLACEABLE);
    const replicas: GatewayProcess[] = [];
    for (let n = 0; n < REPLICAS; n += 1) replicas.push(await start());
    await stack.settled();
    const traffic = startTraffic(run, installation, () => replicas);
    await delay(BEFORE_AND_AFTER_MS);

    run.step('gatehouse migrate, under traffic');
    const migrated = await timed(() => gatehouse('migrate', stack.database));
    run.time('gatehouse migrate, under traffic', migrated.ms);
    await replaceAll(run, replicas, 'updating', start);
    await delay(BEFORE_AND_AFTER_MS);
    const calls = await traffic.stop();
    run.step('verifying');
    run.note('calls', calls.length);
    run.note('writes among them', calls.filter(({ isWrite }) => isWrite).length);
    run.note('failed calls', calls.filter(hasFailed).length);
    run.note('the slowest call', `${Math.round(Math.max(...calls.map(({ ms }) => ms)))} ms`);
    run.promise('no call failed', failedCalls(calls));
    await promiseAll(run, installation, {
      answers: calls,
      callerOf: traffic.callerOf,
      canaries: canariesOf(applications),
    });
  },
};
