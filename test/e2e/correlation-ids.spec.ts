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

const NHS_NUMBER = '9000000009';
/** As a caller, e-RS or an auditor might write it. */
const SPELLINGS = [NHS_NUMBER, '900-000-0009', '900%20000%200009'] as const;

/** Every record of the trail, with its columns, and every line of the log. */
async function everythingRecorded(): Promise<string> {
  const { rows } = await stack.sql.query('SELECT e::text AS event FROM audit.event e');
  return JSON.stringify(rows) + stack.gateway.logs();
}
function expectNoNumber(text: string): void {
  for (const spelling of SPELLINGS) expect(text).not.toContain(spelling);
}

it.each(SPELLINGS)('an X-Request-ID of e-RS that reads as %s is not recorded', async (spelling) => {
  const headers = { 'Content-Type': 'application/fhir+json', 'X-Request-ID': `ers ${spelling}` };
  await stack.simulator.control('POST', '/faults', {
    target: 'ers',
    fault: { status: 500, headers, body: '{"resourceType":"OperationOutcome"}' },
    times: 1,
  });
  const { attemptId } = await call(`request-id-${SPELLINGS.indexOf(spelling)}`);
  await stack.simulator.control('DELETE', '/faults');
  const story = await stack.admin<{ attempts: { upstreamStatus: number; upstreamRequestId: string }[] }>(
    'GET',
    `/audit/requests/${attemptId}`,
  );
  expect(story.attempts[0]).toMatchObject({ upstreamStatus: 500, upstreamRequestId: '[redacted]' });
  expectNoNumber(JSON.stringify(story) + (await everythingRecorded()));
});

it.each([
  'client',
  'correlationId',
  'upstreamRequestId',
  'environment',
  'code',
  'after',
  'from',
  'noSuchFilter',
])(
  'a filter %s of the audit trail that holds an NHS number is neither recorded nor repeated',
  async (filter) => {
    for (const spelling of SPELLINGS) {
      const query = new URLSearchParams({ [filter]: spelling }).toString();
      for (const path of [`/audit?${query}`, `/audit/download?format=ndjson&${query}`]) {
        const answer = await stack.admin<unknown>('GET', path).catch((error: unknown) => String(error));
        const text = typeof answer === 'string' ? answer.slice(answer.indexOf('{')) : JSON.stringify(answer);
        expectNoNumber(text);
      }
    }
    expectNoNumber(await everythingRecorded());
  },
);
