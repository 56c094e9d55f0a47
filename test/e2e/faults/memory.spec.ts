/**
 * Pressure on memory (fault F24): many answers of the largest size at once. What would not fit is refused before its call
 * is made, the process stays small, and nobody else notices.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, type GatewayAnswer, tally } from '../../support/load.ts';
import { onboard, type Onboarded, worklistBody } from '../../support/onboard.ts';
import { gather, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import { peakMemoryMib } from '../../support/servers/machine.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { ROUNDS } from '../../support/size.ts';
import { until } from '../../support/until.ts';

const MIB = 1_048_576;
const BUDGET_MIB = 32;
/** Their answers together have ten times the budget. */
const CALLERS = 32;

let stack: Stack;
let listing: Onboarded;
let other: Onboarded;
const answers: GatewayAnswer[] = [];

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [listing, other] = (await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'RCD' }])) as [
    Onboarded,
    Onboarded,
  ];
});
afterAll(() => stack.stop());

async function call(gateway: GatewayProcess): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: gateway.partner, key: other.clientKey });
  answers.push(answer);
  return answer;
}
async function callForWorklist(gateway: GatewayProcess, service: number): Promise<GatewayAnswer> {
  const answer = await callGateway({
    gateway: gateway.partner,
    key: listing.clientKey,
    method: 'POST',
    path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
    headers: { 'content-type': 'application/fhir+json' },
    body: worklistBody(String(service)),
  });
  answers.push(answer);
  return answer;
}

async function bufferedBytes(gateway: GatewayProcess): Promise<number> {
  const page = await (await fetch(`${gateway.status}/metrics`)).text();
  return Number(/^gatehouse_buffered_body_bytes (\S+)/m.exec(page)?.[1]);
}

/** Lets e-RS answer every call for a worklist with one of almost 10 MiB, so late that all of them are under way at once. */
async function prepareWorklists(): Promise<void> {
  const body = JSON.stringify({ resourceType: 'List', entry: [], text: { div: 'x'.repeat(10 * MIB - 100) } });
  await stack.simulator.control('POST', '/faults', {
    target: 'ers',
    match: { apiKey: listing.apiKey },
    fault: { status: 200, body, headers: { 'content-type': 'application/fhir+json' }, delayMs: 3_000 },
  });
}

it('F24: answers that do not fit into memory are refused before their calls, and others are served', async () => {
  const gateway = await stack.startGateway({
    ...PARTNER_ONLY,
    GATEHOUSE_BUFFERED_BODIES_MIB: String(BUDGET_MIB),
  });
  await stack.settled();
  await prepareWorklists();
  expect((await call(gateway)).status).toBe(200);
  const beforeMib = peakMemoryMib(gateway.child.pid);
  const hitsBefore = (await gather(stack)).hits.length;
  let served = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const lists = Array.from({ length: CALLERS }, (_, n) =>
      // e-RS allows each service two fetches a day.
      callForWorklist(gateway, 11_000 + round * CALLERS + n),
    );
    await until(
      'the budget is used up',
      async () => (await bufferedBytes(gateway)) > (BUDGET_MIB - 10) * MIB,
    );
    const reads = await Promise.all(Array.from({ length: 10 }, () => call(gateway)));
    expect(reads.filter(({ status }) => status !== 200)).toEqual([]);
    const got = await Promise.all(lists);
    served += got.filter(({ status }) => status === 200).length + reads.length;
    const outcomes = tally(got.map(({ status, code }) => `${String(status)} ${String(code)}`));
    expect(Object.keys(outcomes).sort()).toEqual(['200 null', '503 GW_OVERLOAD']);
    for (const { status, headers, attemptId } of got)
      if (status === 503) expect([attemptId, Number(headers['retry-after']) > 0]).toEqual([null, true]);
    await until('the room is free again', async () => (await bufferedBytes(gateway)) === 0);
  }
  expect((await gather(stack)).hits).toHaveLength(hitsBefore + served);
  // All answers at once would take more than their own size, which the process never comes to.
  expect(peakMemoryMib(gateway.child.pid) - beforeMib).toBeLessThan(CALLERS * 10);
  expect((await callForWorklist(gateway, 10_999)).status).toBe(200);
});

it('every proof holds over all of it', async () => {
  const { faults } = await prove(stack, { answers });
  expect(faults).toEqual(PROVED);
});
