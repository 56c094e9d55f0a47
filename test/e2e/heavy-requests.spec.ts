/**
 * No request holds up the others. Other callers are served while a worklist of many patients is read, sealed and
 * recorded, and while a registry file of the largest allowed size is compared.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealInBulk } from '../../apps/gateway/src/adapters/audit/subjects/seal.ts';
import { writeLargeRegistryFile } from '../support/large-registry-file.ts';
import { callGateway, type GatewayAnswer } from '../support/load.ts';
import { watchMachine } from '../support/servers/machine.ts';
import { onboard, type Onboarded, worklistBody } from '../support/onboard.ts';
import { prove, PROVED } from '../support/proofs.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

/** 10 MiB can hold 100,000 identifiers. */
const REFERRALS = IS_FULL_SIZE ? 100_000 : 30_000;
const ENTRIES = IS_FULL_SIZE ? 50_000 : 25_000;
/** How long the other callers are measured on their own. */
const QUIET_MS = IS_FULL_SIZE ? 20_000 : 1_000;

let stack: Stack;
let listing: Onboarded;
let others: Onboarded[];

beforeAll(async () => {
  stack = await startStack({ worker: false });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [listing, ...others] = (await onboard(
    stack,
    ['R69', 'RCD', 'X26', 'RX1', 'RX2', 'RX3'].map((odsCode) => ({ odsCode })),
  )) as [Onboarded, ...Onboarded[]];
});
afterAll(() => stack.stop());

const ubrn = (n: number) => String(500_000_000_000 + n);
const worklist = (): string =>
  JSON.stringify({
    resourceType: 'List',
    entry: Array.from({ length: REFERRALS }, (_, n) => ({
      item: { reference: `ReferralRequest/${ubrn(n)}/_history/1` },
    })),
  });

const fetchWorklist = (gateway = stack.gateway, serviceId?: string): Promise<GatewayAnswer> =>
  callGateway({
    gateway: gateway.partner,
    key: listing.clientKey,
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    headers: { 'content-type': 'application/fhir+json' },
    body: worklistBody(serviceId),
  });

/** Makes calls for the other callers until `work` is done, one at a time for each caller. */
async function besides<T>(
  work: Promise<T>,
): Promise<{ readonly result: T; readonly answers: GatewayAnswer[] }> {
  const answers: GatewayAnswer[] = [];
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  await Promise.all(
    others.map(async ({ clientKey }) => {
      while (!isDone) answers.push(await callGateway({ gateway: stack.gateway.partner, key: clientKey }));
    }),
  );
  return { result: await done, answers };
}

/** The longest time that the gateway's event loop was blocked since the last reading. */
async function longestBlockMs(): Promise<number> {
  const page = await (await fetch(`${stack.gateway.status}/metrics`)).text();
  return Number(/^gatehouse_nodejs_eventloop_lag_max_seconds (\S+)/m.exec(page)?.[1]) * 1_000;
}

const p99Of = (answers: readonly GatewayAnswer[]): number =>
  answers.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(answers.length * 0.99)] ?? 0;

/** How long the event loop would be blocked if all identifiers were sealed on it. */
function sealingMs(): number {
  const sample = 2_000;
  const key = { keyId: randomUUID(), index: randomBytes(32), seal: randomBytes(32) };
  const subjects = Array.from({ length: sample }, (_, n) => ({ kind: 'ubrn' as const, value: ubrn(n) }));
  const startedMs = performance.now();
  sealInBulk({ key, odsCode: 'R69', attemptId: randomUUID(), from: { subjects } });
  return ((performance.now() - startedMs) / sample) * REFERRALS;
}

/** Lets e-RS answer the next call for a worklist with a long one. */
async function prepareWorklist(): Promise<string> {
  const body = worklist();
  await stack.simulator.control('POST', '/faults', {
    target: 'ers',
    match: { apiKey: listing.apiKey },
    times: 1,
    fault: { status: 200, body, headers: { 'content-type': 'application/fhir+json' } },
  });
  return body;
}

it('other callers are served while a long worklist is recorded', async () => {
  const body = await prepareWorklist();
  const alone = await besides(pause(QUIET_MS));
  await longestBlockMs();
  const lateMs = watchMachine(stack.gateway.child.pid);
  const { result, answers } = await besides(fetchWorklist());
  const blockMs = await longestBlockMs();

  expect(result).toMatchObject({ status: 200, complete: true, bytes: body.length });
  expect(answers.length).toBeGreaterThan(others.length);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(blockMs).toBeLessThan(sealingMs() / 3 + lateMs());
  if (IS_FULL_SIZE) expect(p99Of(answers) - p99Of(alone.answers)).toBeLessThan(50);

  const recorded = await stack.sql.query(
    `SELECT count(*)::int FROM audit.subject WHERE event_kind = 'OUTCOME' AND attempt_id = $1`,
    [result.attemptId],
  );
  expect(recorded.rows).toEqual([{ count: REFERRALS }]);
  expect((await prove(stack, { answers: [result, ...answers] })).faults).toEqual(PROVED);
}, 200_000);

/** A file with the most entries that one may list: of five, one is an organisation, two applications, two their sets. */
const largeFile = () =>
  writeLargeRegistryFile({
    admin: stack.gateway.admin,
    adminToken: stack.adminToken,
    organisations: ENTRIES / 5,
  });

it('other callers are served while a large registry file is compared', async () => {
  const file = await largeFile();
  const alone = await besides(pause(QUIET_MS));
  await longestBlockMs();
  const lateMs = watchMachine(stack.gateway.child.pid);
  const startedMs = performance.now();
  const { result: changes, answers } = await besides(file.compare());
  const comparedMs = performance.now() - startedMs;
  const blockMs = await longestBlockMs();
  await file.close();

  expect(changes).toBe((ENTRIES / 5) * 3);
  expect(answers.length).toBeGreaterThan(others.length);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(blockMs).toBeLessThan(comparedMs / 8 + lateMs());
  if (IS_FULL_SIZE) expect(p99Of(answers) - p99Of(alone.answers)).toBeLessThan(50);
}, 200_000);

it('other callers are served while a long worklist is recorded and a large registry file is compared', async () => {
  const body = await prepareWorklist();
  const file = await largeFile();
  const alone = await besides(pause(QUIET_MS));
  await longestBlockMs();
  const lateMs = watchMachine(stack.gateway.child.pid);
  const startedMs = performance.now();
  // Each service has two fetches a day.
  const both = Promise.all([fetchWorklist(stack.gateway, '11013'), file.compare()]);
  const { result, answers } = await besides(both);
  const bothMs = performance.now() - startedMs;
  const blockMs = await longestBlockMs();
  await file.close();

  const [list, changes] = result;
  expect(list).toMatchObject({ status: 200, complete: true, bytes: body.length });
  expect(changes).toBe((ENTRIES / 5) * 3);
  expect(answers.length).toBeGreaterThan(others.length);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(blockMs).toBeLessThan(sealingMs() / 3 + bothMs / 8 + lateMs());
  if (IS_FULL_SIZE) expect(p99Of(answers) - p99Of(alone.answers)).toBeLessThan(50);
  expect((await prove(stack, { answers: [list, ...answers] })).faults).toEqual(PROVED);
}, 200_000);

it('bodies have one budget, and a call whose answer may not fit is refused before it is made', async () => {
  const small = await stack.startGateway({ ...PARTNER_ONLY, GATEHOUSE_BUFFERED_BODIES_MIB: '16' });
  await stack.settled();
  const { simulator } = stack;
  await simulator.control('POST', '/faults', { target: 'ers', times: 1, fault: { delayMs: 3_000 } });
  const arrivals = async () => (await simulator.control<unknown[]>('GET', '/requests?target=ers')).length;
  const before = await arrivals();
  const first = fetchWorklist(small);
  const bytes = async () => {
    const page = await (await fetch(`${small.status}/metrics`)).text();
    return Number(/^gatehouse_buffered_body_bytes (\d+)/m.exec(page)?.[1]);
  };
  await until('the first worklist has its room', async () => (await bytes()) >= 10 * 1_048_576);
  // Each service has two fetches a day.
  const other = '11012';
  expect(await fetchWorklist(small, other)).toMatchObject({
    status: 503,
    code: 'GW_OVERLOAD',
    attemptId: null,
  });
  expect((await first).status).toBe(200);
  await until('the room is free again', async () => (await bytes()) === 0);
  expect((await fetchWorklist(small, other)).status).toBe(200);
  expect(await arrivals()).toBe(before + 2);
});
