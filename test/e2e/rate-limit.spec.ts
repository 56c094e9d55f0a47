/**
 * The rate limit of e-RS is kept at the moment of sending. Even with a slow token and a slow audit trail, the requests
 * of one application are sent apart, and e-RS refuses none (docs/reference/protocol-facts.md §1.6; fault F27).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, REFERRAL, type GatewayAnswer, type GatewayRequest } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { grantWrites, registryEntry } from '../support/proofs.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../support/servers/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/servers/tcp-proxy.ts';

/** It lasts five minutes in `npm run assure`. */
const BURSTS = IS_FULL_SIZE ? 300 : 4;
/** Requests of one application are sent this far apart. */
const INTERVAL_MS = 100;
/** How much later than its departure a request may be recorded as arrived on a busy machine. */
const ARRIVAL_JITTER_MS = 60;

let stack: Stack;
let proxy: TcpProxy;
/** Reaches PostgreSQL through the proxy. */
let gateway: GatewayProcess;
let bursting: Onboarded;
let throttled: Onboarded;
let stopped: Onboarded;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  // The simulator counts arrivals 83 ms apart, which a busy machine can't keep, so that only the long run is limited.
  await stack.simulator.control('POST', '/options', { relationships: 'any', rateLimits: IS_FULL_SIZE });
  const all = await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'RCD' }, { odsCode: 'X26' }]);
  [bursting, throttled, stopped] = all as [Onboarded, Onboarded, Onboarded];
  const { host } = new URL(stack.database.appUrl);
  proxy = await startTcpProxy(host);
  gateway = await stack.startGateway({
    ...PARTNER_ONLY,
    DATABASE_URL: proxy.through(stack.database.appUrl),
  });
  await stack.settled();
});
afterEach(async () => {
  proxy.pass();
  proxy.delay(0);
  await stack.simulator.control('DELETE', '/faults');
});
afterAll(async () => {
  await stack.stop();
  await proxy.close();
});

interface Arrival {
  readonly at: string;
  readonly apiKey?: string;
  readonly status: number;
}
async function arrivalsOf(application: Onboarded): Promise<Arrival[]> {
  const hits = await stack.simulator.control<Arrival[]>('GET', '/requests?target=ers');
  return hits.filter(({ apiKey }) => apiKey === application.apiKey);
}
/** Pairs of requests that arrived closer than their distance in the queue allows: none, if they were paced. */
function crowded(arrivals: readonly Arrival[]): string[] {
  const times = arrivals.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b);
  return times.flatMap((laterMs, later) =>
    times.slice(0, later).flatMap((earlierMs, earlier) => {
      const leastMs = (later - earlier) * INTERVAL_MS - ARRIVAL_JITTER_MS;
      return laterMs - earlierMs >= leastMs ? [] : [`${earlier} and ${later}: ${laterMs - earlierMs} ms`];
    }),
  );
}
const call = (caller: Onboarded, more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> =>
  callGateway({ gateway: gateway.partner, key: caller.clientKey, ...more });
const statuses = (answers: readonly GatewayAnswer[]) => answers.map(({ status, code }) => code ?? status);

it('a burst that waited for its first token is sent spread out, and no read is refused', async () => {
  await stack.simulator.control('POST', '/faults', { target: 'token', times: 1, fault: { delayMs: 700 } });
  const answers = await Promise.all(Array.from({ length: 8 }, () => call(bursting)));
  expect(statuses(answers)).toEqual(Array(8).fill(200));
  const arrivals = await arrivalsOf(bursting);
  expect(arrivals).toHaveLength(8);
  expect(crowded(arrivals)).toEqual([]);
});

it('bursts of five each second with a slow audit trail are never refused by e-RS', async () => {
  const before = (await arrivalsOf(bursting)).length;
  const answers: GatewayAnswer[] = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const nextSecond = pause(1_000);
    // Each statement takes as long as with a slow disk or a distant database.
    proxy.delay(burst % 3 === 0 ? 120 : 20);
    answers.push(...(await Promise.all(Array.from({ length: 5 }, () => call(bursting)))));
    await nextSecond;
  }
  expect(statuses(answers)).toEqual(Array(5 * BURSTS).fill(200));
  const arrivals = (await arrivalsOf(bursting)).slice(before);
  expect(arrivals).toHaveLength(5 * BURSTS);
  expect(crowded(arrivals)).toEqual([]);
  expect(arrivals.filter(({ status }) => status === 429)).toEqual([]);
}, 400_000);

describe('a 429 of e-RS', () => {
  const refuse = (times: number, fault: object = {}) =>
    stack.simulator.control('POST', '/faults', {
      target: 'ers',
      times,
      fault: { status: 429, body: '', ...fault },
    });

  it('to a read is waited out, and the read is sent again', async () => {
    const before = (await arrivalsOf(throttled)).length;
    await refuse(1);
    expect((await call(throttled)).status).toBe(200);
    const [first, second, ...more] = (await arrivalsOf(throttled)).slice(before);
    expect([first?.status, second?.status, more]).toEqual([429, 200, []]);
    expect(Date.parse(second!.at) - Date.parse(first!.at)).toBeGreaterThanOrEqual(1_000);
  });

  it('to a write reaches the caller immediately, with Retry-After', async () => {
    await grantWrites(stack, throttled);
    const before = (await arrivalsOf(throttled)).length;
    await refuse(1);
    const answer = await call(throttled, {
      method: 'POST',
      path: `${REFERRAL}/$ers.acceptReferral`,
      headers: { 'if-match': 'W/"1"' },
    });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '1']);
    expect((await arrivalsOf(throttled)).length).toBe(before + 1);
  });

  it('that persists reaches the caller with Retry-After', async () => {
    await refuse(4, { headers: { 'Retry-After': '2' } });
    const answer = await call(throttled);
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '2']);
    expect(answer.headers['gatehouse-error-source']).toBe('upstream');
  }, 30_000);
});

it('a request whose application is suspended while it waits is never sent', async () => {
  expect((await call(stopped)).status).toBe(200);
  const before = (await arrivalsOf(stopped)).length;
  const waiting = Array.from({ length: 12 }, () => call(stopped));
  await stack.admin('POST', '/registry/apply', {
    document: { apiVersion: 'gatehouse/v1', applications: [registryEntry(stopped, 'suspended')] },
  });
  const stoppedAtMs = Date.now();
  const answers = await Promise.all(waiting);
  const later = (await arrivalsOf(stopped))
    .slice(before)
    .filter(({ at }) => Date.parse(at) > stoppedAtMs + 1_000);
  expect(later).toEqual([]);
  expect(statuses(answers)).toContain('GW_APPLICATION_STATE');
});
