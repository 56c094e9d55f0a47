/** Explains recorded requests with the registry as it was at the time, after the registry has changed. */
import type { PastExplanation } from '@gatehouse/contracts/audit/audit-resources';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, sendRequest } from '../support/answers.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

let stack: Stack;
let provider: Onboarded;
const CALL = '/FHIR/STU3/CodeSystem/SPECIALTY';

beforeAll(async () => {
  stack = await startStack({ worker: false });
  [provider] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(() => stack.stop());

/** Makes the call. @returns its attempt id in the audit trail */
async function attempt(headers: Record<string, string> = {}): Promise<string> {
  const { correlationId } = await sendRequest(stack.gateway.partner, CALL, {
    key: provider.clientKey,
    headers,
  });
  const { items } = await stack.admin<{ items: { attemptId: string }[] }>(
    'GET',
    `/audit?correlationId=${correlationId}`,
  );
  expect(items).toHaveLength(1);
  return items[0]!.attemptId;
}

const explain = (attemptId: string) =>
  stack.admin<PastExplanation>('GET', `/audit/requests/${attemptId}/explanation`);
const organisation = async (state: string) => {
  await apply(stack, { organisations: [{ odsCode: 'R69', name: 'Synthetic Trust R69', state }] });
  await stack.settled();
};
const factOf = ({ registry }: PastExplanation, name: string) => registry.find((fact) => fact.what === name);

it('a call that was allowed is explained as allowed then and refused now', async () => {
  const attemptId = await attempt();
  const before = await explain(attemptId);
  expect(before).toMatchObject({ same: true, then: { allowed: true }, now: { allowed: true } });
  await apply(stack, { messageSets: [{ name: 'everything', interactions: ['A005'] }] });
  await stack.settled();
  const after = await explain(attemptId);
  expect(after).toMatchObject({
    recorded: { allowed: true, registryVersion: before.recorded.registryVersion },
    then: { allowed: true, code: null, registryVersion: before.recorded.registryVersion },
    now: { allowed: false, code: 'GW_MESSAGE_SET' },
    same: true,
  });
  expect(after.now?.registryVersion).toBeGreaterThan(after.then?.registryVersion ?? Infinity);
  expect(factOf(after, 'A004 in its message sets')).toMatchObject({ then: 'yes', now: 'no' });
  expect(factOf(after, 'ASID')).toMatchObject({ then: provider.asid, now: provider.asid });
  expect(JSON.stringify(after)).not.toContain(provider.apiKey);
  await apply(stack, { messageSets: [{ name: 'everything', interactions: ['A004', 'A005'] }] });
  await stack.settled();
});

it('a call that was refused is explained with the same reason then, and as allowed now', async () => {
  await organisation('suspended');
  const attemptId = await attempt();
  await organisation('active');
  const explanation = await explain(attemptId);
  expect(explanation).toMatchObject({
    recorded: { allowed: false, code: 'GW_ORGANISATION_SUSPENDED' },
    then: { allowed: false, code: 'GW_ORGANISATION_SUSPENDED' },
    now: { allowed: true, code: null },
    same: true,
  });
  expect(factOf(explanation, 'Organisation')).toMatchObject({
    then: 'Synthetic Trust R69, suspended',
    now: 'Synthetic Trust R69, active',
  });
});

it('a choice outside the grants is explained as refused, and its text is not stored', async () => {
  const attemptId = await attempt({ 'Gatehouse-Product': 'Patient 9434765919' });
  const explanation = await explain(attemptId);
  expect(explanation).toMatchObject({ same: true, then: { code: 'GW_GRANT' } });
  const { rows } = await stack.sql.query<{ record: { asked: object } }>(
    'SELECT record FROM audit.event WHERE attempt_id = $1',
    [attemptId],
  );
  expect(rows[0]?.record.asked).toMatchObject({ product: '?', odsCode: null });
});

it('a request that was refused before any decision is explained as such', async () => {
  const { correlationId } = await sendRequest(stack.gateway.partner, '/nothing', { key: provider.clientKey });
  const { items } = await stack.admin<{ items: { attemptId: string }[] }>(
    'GET',
    `/audit?correlationId=${correlationId}`,
  );
  expect(await explain(items[0]!.attemptId)).toMatchObject({
    then: null,
    now: null,
    registry: [],
    note: expect.stringContaining('before there was anything to decide'),
  });
});
