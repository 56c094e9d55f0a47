/**
 * A rollback: the previous version takes over on the schema of this one, serves, onboards an organisation, and gives way to
 * this version again, while calls go on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { onboard } from '../support/onboard.ts';
import { makeTemplate } from '../support/servers/postgres.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import type { Stack } from '../support/servers/stack.ts';
import { timed, unless, type Drill, type DrillRun } from './drill.ts';
import { canariesOf, install, type Installation, promiseAll } from './installation.ts';
import { startPrimary } from './postgres.ts';
import { buildPreviousVersion } from './previous-version.ts';
import { BEFORE_AND_AFTER_MS, faultsOfEnds, REPLACEABLE, replaceAll, startReady } from './replacing.ts';
import { type Call, failedCalls, hasFailed, PER_SECOND, startTraffic } from './traffic.ts';

const REPLICAS = 2;

export const drill: Drill = {
  title: `the version before the newest migration takes over on the schema of this one, at ${PER_SECOND} calls a second`,
  async run(run) {
    const previous = await buildPreviousVersion(run);
    run.note('the previous version', previous.commit.slice(0, 10));
    run.note('migrations that it does not know', previous.unknownMigrations.join(', ') || 'none');
    run.step('starting PostgreSQL, the simulator and this version');
    const server = await startPrimary();
    run.later(() => server.stop());
    run.note('PostgreSQL', server.version);
    await makeTemplate(server.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications } = installation;
    const replicas: GatewayProcess[] = [];
    for (let n = 0; n < REPLICAS; n += 1) replicas.push(await stack.startGateway(REPLACEABLE));
    await stack.settled();
    const traffic = startTraffic(run, installation, () => replicas);
    await delay(BEFORE_AND_AFTER_MS);

    await replaceMain(run, installation, 'going back', previous.folder);
    await replaceAll(run, replicas, 'going back', () => stack.startGateway(REPLACEABLE, previous.folder));
    const back = new Set(replicas);
    await delay(BEFORE_AND_AFTER_MS);

    run.step('the previous version onboards an organisation');
    const onboarded = await onboard(stack, [{ odsCode: 'RTH' }]);
    const later = startTraffic(
      run,
      { ...installation, applications: [...applications, ...onboarded] },
      () => replicas,
    );
    const before = await traffic.stop();
    await delay(BEFORE_AND_AFTER_MS);

    await replaceMain(run, installation, 'going forward', undefined);
    await replaceAll(run, replicas, 'going forward', () => stack.startGateway(REPLACEABLE));
    await delay(BEFORE_AND_AFTER_MS);
    const calls = [...before, ...(await later.stop())];

    run.step('verifying');
    const byPrevious = calls.filter(({ replica }) => back.has(replica));
    const bySuccessors = calls.filter(({ replica }) => replicas.includes(replica));
    run.note('calls', calls.length);
    run.note('of them answered by the previous version', byPrevious.length);
    run.note('failed calls', calls.filter(hasFailed).length);
    run.note('the slowest call', `${Math.round(Math.max(...calls.map(({ ms }) => ms)))} ms`);
    run.promise('no call failed', failedCalls(calls));
    run.promise('the previous version reads and writes on the schema of this one', notServed(byPrevious));
    run.promise('this version reads and writes after it', notServed(bySuccessors));
    const ofNew = (all: readonly Call[]): Call[] =>
      all.filter(({ correlationId }) =>
        onboarded.some((application) => application === later.callerOf(correlationId)),
      );
    run.promise('the organisation that the previous version onboarded is served by both', [
      ...unless(ofNew(byPrevious).some(isServed), 'the previous version served none of its calls'),
      ...unless(ofNew(bySuccessors).some(isServed), 'this version served none of its calls'),
    ]);
    await promiseAll(run, installation, {
      answers: calls,
      callerOf: (id) => traffic.callerOf(id) ?? later.callerOf(id),
      canaries: canariesOf([...applications, ...onboarded]),
    });
  },
};

/**
 * Replaces the process with the workers, the console and the public listener, which takes no calls. Its successor has the
 * same address, so it is started afterwards.
 */
async function replaceMain(
  run: DrillRun,
  { stack, settings }: Installation,
  what: string,
  folder: string | undefined,
): Promise<void> {
  const which = `${what}, the process with all roles`;
  run.step(which);
  const { gateway } = stack;
  gateway.kill('SIGTERM');
  const code = await gateway.ended;
  const started = await timed(() => startReady(() => stack.startGateway(settings, folder)));
  run.time(`${which}: until its successor was ready`, started.ms);
  run.promise(`${which}: it ended in order`, faultsOfEnds([code]));
  makeFirst(stack, started.result);
}

/** The first gateway is the one whose admin API is called. */
function makeFirst({ gateways }: Stack, gateway: GatewayProcess): void {
  gateways.splice(gateways.indexOf(gateway), 1);
  gateways.unshift(gateway);
}

const isServed = (call: Call): boolean => !hasFailed(call);

const notServed = (calls: readonly Call[]): string[] => [
  ...unless(
    calls.some((call) => call.isWrite && isServed(call)),
    'no write was served',
  ),
  ...unless(
    calls.some((call) => !call.isWrite && isServed(call)),
    'no read was served',
  ),
];
