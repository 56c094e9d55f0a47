/** Correlation ids that contain ten digits are accepted, echoed and searchable, but never stored in clear. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { UNHURRIED } from '../support/proofs.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

let stack: Stack;
let caller: Onboarded;

beforeAll(async () => {
  stack = await startStack({ requestsPerMinute: UNHURRIED });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [caller] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(() => stack.stop());

const call = (correlationId: string) =>
  callGateway({ gateway: stack.gateway.partner, key: caller.clientKey, correlationId });

interface Found {
  readonly items: readonly { readonly correlationId: string; readonly attemptId: string }[];
}
const searched = (correlationId: string) =>
  stack.admin<Found>('GET', `/audit?${new URLSearchParams({ correlationId }).toString()}`);

it('an id with seconds since 1970 is accepted, whatever its check digit, and is returned to the caller', async () => {
  const ids = Array.from({ length: 30 }, (_, count) => `poll-${String(1_795_822_911 + count)}`);
  const answers = await Promise.all(ids.map(call));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
  expect(answers.map(({ headers }) => headers['x-correlation-id'])).toEqual(ids);
});

it('a search by the id finds the request, and neither the trail nor a log holds its digits', async () => {
  const answer = await call('order9000000009');
  const { items } = await searched('order9000000009');
  expect(items.map(({ attemptId }) => attemptId)).toEqual([answer.attemptId]);
  expect(items[0]?.correlationId).toMatch(/^order~[0-9a-f]{16}$/);
  expect((await searched(items[0]!.correlationId)).items).toHaveLength(1);
  const { rows } = await stack.sql.query('SELECT FROM audit.event WHERE record::text LIKE $1', [
    '%9000000009%',
  ]);
  expect(rows).toEqual([]);
  expect(stack.gateway.logs()).not.toContain('9000000009');
});

it('an id of ten digits alone is rejected, whatever its check digit', async () => {
  for (const id of ['9000000009', '1234567890', '123-456-7890'])
    expect((await call(id)).code).toBe('GW_PII_IN_URL');
});
