/** The loss of a zone: half of the replicas are gone at once, in the middle of calls. */
import { setTimeout as delay } from 'node:timers/promises';
import { tally } from '../support/load.ts';
import { makeTemplate } from '../support/servers/postgres.ts';
import { PARTNER_ONLY } from '../support/servers/stack.ts';
import { unless, type Drill } from './drill.ts';
import { canariesOf, install, promiseAll, SWEPT_MS, untilSwept } from './installation.ts';
import { startPrimary } from './postgres.ts';
import { failuresOf, hasFailed, outageMs, PER_SECOND, startTraffic } from './traffic.ts';

/** How often the balancer looks at the replicas: those of most clouds look every 5 to 10 s. */
const LOOK_MS = 1_000;
const BEFORE_MS = 8_000;
const AFTER_MS = 15_000;

export const drill: Drill = {
  title: `two of four replicas, and one of two workers, are lost at once, at ${PER_SECOND} calls a second`,
  async run(run) {
    run.step('starting PostgreSQL, the simulator and two replicas in each of two zones');
    const server = await startPrimary();
    run.later(() => server.stop());
    await makeTemplate(server.superuserUrl);
    const installation = await install(run, server);
    const { stack, applications, settings } = installation;
    const { GATEHOUSE_PUBLIC_LISTEN: _, ...elsewhere } = settings;
    const stays = [stack.gateway, await stack.startGateway(PARTNER_ONLY)];
    const lost = [await stack.startGateway(elsewhere), await stack.startGateway(PARTNER_ONLY)];
    await stack.settled();
    // As slow as e-RS is, so that calls are under way when the zone is lost.
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      probability: 1,
      fault: { delayMs: 300 },
    });
    const traffic = startTraffic(run, installation, () => [...stays, ...lost], LOOK_MS);
    await delay(BEFORE_MS);

    run.step('the zone is lost');
    const lostAtMs = Date.now();
    for (const replica of lost) replica.kill('SIGKILL');
    await delay(AFTER_MS);
    const calls = await traffic.stop();
    run.step('waiting for what the dead replicas left open');
    await untilSwept(stack.sql);
    const sweptAtMs = Date.now();

    run.step('verifying');
    const failed = calls.filter(hasFailed);
    run.note('calls', calls.length);
    run.note('failed calls', `${failed.length} ${JSON.stringify(failuresOf(calls))}`);
    run.time('from the first failed call to the end of the last', outageMs(calls));
    run.time('from the loss until every open attempt had its outcome', sweptAtMs - lostAtMs);
    run.promise(
      'only calls to the lost replicas failed',
      failed
        .filter(({ replica }) => !lost.includes(replica))
        .map(({ correlationId, code, error }) => `${correlationId}: ${String(code ?? error)}`),
    );
    const lateMs = Math.max(0, ...failed.map(({ startedAtMs }) => startedAtMs - lostAtMs));
    run.promise(
      'no call failed that began after the balancer had looked',
      unless(lateMs <= LOOK_MS * 3, `one began ${Math.round(lateMs)} ms after the loss`),
    );
    const evidence = await promiseAll(run, installation, {
      answers: calls,
      callerOf: traffic.callerOf,
      canaries: canariesOf(applications),
      waitMs: SWEPT_MS,
    });
    const outcomes = [...evidence.outcomes.values()].flat().map(({ record }) => String(record['outcome']));
    run.note('outcomes in the trail', JSON.stringify(tally(outcomes)));
  },
};
