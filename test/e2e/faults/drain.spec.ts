/**
 * SIGTERM under load (fault F31). With two replicas behind a load balancer that watches readiness, no caller notices.
 * Calls under way are finished, however slow; a second signal cuts nothing; and the process ends with 0 and a closed
 * chain.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  callGateway,
  keepAlive,
  openLoop,
  startBalancer,
  tally,
  type GatewayAnswer,
} from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import { ROUNDS } from '../../support/size.ts';
import { until } from '../../support/until.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';

const GRACE_MS = 2_000;
const SLOW_MS = 4_000;
/** About 40 are usual at this pace. On a machine that can't keep it, more would be rejected for being too late. */
const MOST_UNDER_WAY = 80;

let stack: Stack;
let applications: Onboarded[];

beforeAll(async () => {
  stack = await startStack({
    worker: false,
    replicas: 2,
    requestsPerMinute: UNHURRIED,
    settings: { GATEHOUSE_DRAIN_GRACE_MS: String(GRACE_MS) },
  });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  applications = await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'X26' }]);
});
afterAll(() => stack.stop());

it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
  'a replica is replaced under load, round %i',
  async () => {
    await stack.simulator.control('DELETE', '/faults');
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      probability: 0.08,
      fault: { delayMs: SLOW_MS },
    });
    const dripped = JSON.stringify({ resourceType: 'Binary', data: 'A'.repeat(1_200_000) });
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      probability: 0.02,
      fault: {
        status: 200,
        headers: { 'Content-Type': 'application/fhir+json' },
        body: dripped,
        dripBytesPerSecond: 500_000,
      },
    });
    const balancer = startBalancer(() => stack.gateways);
    const agents = new Map<GatewayProcess, ReturnType<typeof keepAlive>>();
    const leaving = stack.gateways[0] as GatewayProcess;
    const served = new Map<string, GatewayProcess>();
    const underWay = new Map<number, number>();
    const load = openLoop(
      100,
      async (n): Promise<GatewayAnswer> => {
        const gateway = balancer.pick(n);
        const agent = agents.get(gateway) ?? keepAlive();
        agents.set(gateway, agent);
        if (gateway === leaving) underWay.set(n, performance.now());
        const answer = await callGateway({
          gateway: gateway.partner,
          agent,
          key: applications[n % 2]?.clientKey ?? '',
        });
        served.set(answer.correlationId, gateway);
        underWay.delete(n);
        return answer;
      },
      MOST_UNDER_WAY,
    );
    const isSlow = (sinceMs: number): boolean => performance.now() - sinceMs > SLOW_MS / 8;
    await until(
      'the replica has answered calls, and has slow ones under way',
      () => load.answers.length >= 100 && [...underWay.values()].some(isSlow),
    );
    const startedMs = performance.now();
    leaving.kill('SIGTERM');
    const code = leaving.ended.then((ended) => ({ ended, ms: performance.now() - startedMs }));
    // It still answers, but closes the connection.
    await until('it is not ready', async () => (await fetch(`${leaving.status}/ready`)).status === 503);
    expect((await fetch(`${leaving.status}/live`)).status).toBe(200);
    leaving.kill('SIGTERM');
    await until('it lets nobody in', () => isRefused(leaving.partner));
    leaving.kill('SIGINT');
    const { ended, ms } = await code;
    const answers = await load.stop();
    await balancer.stop();
    for (const agent of agents.values()) agent.destroy();

    const slow = answers.filter(
      (answer) => answer.ms > SLOW_MS && served.get(answer.correlationId) === leaving,
    );
    process.stdout.write(
      `F31: ${String(answers.length)} calls, ${String(slow.length)} of ${String(SLOW_MS / 1000)} s on the leaving replica; ` +
        `it ended with ${String(ended)} after ${(ms / 1000).toFixed(1)} s; answers ${JSON.stringify(tally(answers.map(({ status, code: refusal }) => refusal ?? status)))}\n`,
    );
    expect(ended).toBe(0);
    expect(answers.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
    expect(slow.length).toBeGreaterThan(0);
    expect(leaving.logs()).toContain('gateway closed');

    const { faults, evidence } = await prove(stack, { answers });
    expect(faults).toEqual(PROVED);
    const unfinished = [...evidence.outcomes.values()]
      .flat()
      .filter(({ record }) => record['outcome'] !== 'COMPLETED');
    expect(unfinished).toEqual([]);
    // It has closed its chain, so no sweeper has to finish it.
    const writers = await stack.sql.query<{ state: string }>(
      'SELECT state FROM audit.writer ORDER BY started_at',
    );
    // The replica that stays has two chains: one for its partner listener, one for its admin listener (ADR 30).
    expect(tally(writers.rows.map(({ state }) => state))['live']).toBe(2);
    stack.gateways.shift();
    await stack.startGateway();
    await stack.settled();
  },
);

async function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    // A connection that still waits in the kernel's queue when the listener closes is reset.
    expect(['ECONNREFUSED', 'ECONNRESET']).toContain((error as NodeJS.ErrnoException).code);
    return true;
  } finally {
    socket.destroy();
  }
}
