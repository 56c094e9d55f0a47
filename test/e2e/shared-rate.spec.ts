/**
 * Three replicas share the rate of an application (ADR 45). However the balancer spreads its requests, and although one
 * replica is killed or its store is slow, they reach e-RS as far apart as those of one process would; the simulator's own
 * record says so.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, type GatewayAnswer } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { prove, PROVED } from '../support/proofs.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../support/servers/stack.ts';
import { startTcpProxy } from '../support/servers/tcp-proxy.ts';
import { until } from '../support/until.ts';

/** Each is 24 requests, which take two and a half seconds. */
const BURSTS = IS_FULL_SIZE ? 60 : 2;
/** How many of a burst each replica is given. */
const SKEWED = [16, 5, 3] as const;
/** Two requests of one application are at least this far apart, whichever replicas send them. */
const INTERVAL_MS = 100;
/** How much later than its departure a request may be recorded as arrived on a busy machine. */
const ARRIVAL_JITTER_MS = 60;

let stack: Stack;
let application: Onboarded;
const answers: GatewayAnswer[] = [];

beforeAll(async () => {
  stack = await startStack({ settings: { GATEHOUSE_RATE_QUEUE_MS: '10000' } });
  await Promise.all([stack.startGateway(PARTNER_ONLY), stack.startGateway(PARTNER_ONLY)]);
  // The simulator counts arrivals 83 ms apart, which a busy machine can't keep, so that only the long run is limited.
  await stack.simulator.control('POST', '/options', { relationships: 'any', rateLimits: IS_FULL_SIZE });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  await stack.settled();
  // Each has its token before anything is measured.
  for (const { partner } of stack.gateways) await call(partner);
});
afterAll(() => stack.stop());

async function call(gateway: string): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway, key: application.clientKey });
  answers.push(answer);
  return answer;
}

/** A burst spread over the replicas. @returns the statuses */
async function burst(spread: readonly number[]): Promise<(number | null)[]> {
  const calls = spread.flatMap((count, replica) => {
    const { partner } = stack.gateways[replica]!;
    return Array.from({ length: count }, () => call(partner));
  });
  return (await Promise.all(calls)).map(({ status }) => status);
}

async function arrivalTimes(): Promise<number[]> {
  const hits = await stack.simulator.control<{ at: string }[]>('GET', '/requests?target=ers');
  return hits.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b);
}

/** Pairs of requests that arrived closer than their distance in the queue allows. */
function crowded(times: readonly number[]): string[] {
  return times.flatMap((laterMs, later) =>
    times.slice(Math.max(0, later - 30), later).flatMap((earlierMs, index) => {
      const distance = later - Math.max(0, later - 30) - index;
      const leastMs = distance * INTERVAL_MS - ARRIVAL_JITTER_MS;
      return laterMs - earlierMs >= leastMs
        ? []
        : [`${String(distance)} apart: ${String(laterMs - earlierMs)} ms`];
    }),
  );
}

it('a skewed load is sent as one process would send it, and nobody is refused', async () => {
  for (let count = 0; count < BURSTS; count += 1) expect(await burst(SKEWED)).toEqual(Array(24).fill(200));
  const times = await arrivalTimes();
  expect(times).toHaveLength(24 * BURSTS + 3);
  expect(crowded(times)).toEqual([]);
}, 400_000);

it('a replica that is killed takes nothing of the rate with it', async () => {
  const killed = stack.gateways[2]!;
  const lost = Array.from({ length: 10 }, () => call(killed.partner).catch(() => null));
  const before = (await arrivalTimes()).length;
  const survivors = burst([8, 8, 0]);
  await until('some of them have arrived', async () => (await arrivalTimes()).length >= before + 6);
  killed.kill('SIGKILL');
  expect(await survivors).toEqual(Array(16).fill(200));
  await Promise.all(lost);
  expect(await burst([12, 4, 0])).toEqual(Array(16).fill(200));
  expect(crowded(await arrivalTimes())).toEqual([]);
}, 60_000);

it('a store that is slow for one replica costs time, and never more than the rate', async () => {
  const proxy = await startTcpProxy(new URL(stack.database.appUrl).host);
  const slow = await stack.startGateway({
    ...PARTNER_ONLY,
    DATABASE_URL: proxy.through(stack.database.appUrl),
  });
  expect((await call(slow.partner)).status).toBe(200);
  const replicas = [stack.gateways[0]!, stack.gateways[1]!, slow];
  const sharing = async (): Promise<string[]> =>
    Promise.all(
      replicas.map(async ({ status }) => {
        const metrics = await (await fetch(`${status}/metrics`)).text();
        return /^gatehouse_rate_shared (\d)$/m.exec(metrics)?.[1] ?? 'unknown';
      }),
    );
  // Only the connection that takes slots: the audit trail of this replica is as quick as ever.
  proxy.delay(500, 'gatehouse-rate');
  await until('all divide the rate', async () => (await sharing()).join() === '0,0,0');
  const calls = replicas.flatMap(({ partner }) => Array.from({ length: 6 }, () => call(partner)));
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(18).fill(200));
  expect(await sharing()).toEqual(['0', '0', '0']);
  expect(crowded(await arrivalTimes())).toEqual([]);

  proxy.pass();
  await until('all share the rate again', async () => (await sharing()).join() === '1,1,1');
  expect(await burst([12, 4, 0])).toEqual(Array(16).fill(200));
  expect(crowded(await arrivalTimes())).toEqual([]);
  await slow.stop();
  await proxy.close();
}, 120_000);

it('every proof holds over all of it', async () => {
  const { faults } = await prove(stack, { answers, callerOf: () => application });
  expect(faults).toEqual(PROVED);
});
