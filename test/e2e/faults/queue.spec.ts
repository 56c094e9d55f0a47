/** The queue store is away: partners are answered, jobs wait, and the pages of the jobs say so. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { until } from '../../support/until.ts';

/** A port on which nothing listens. */
const REDIS_URL = 'redis://127.0.0.1:1';

let stack: Stack;
let application: Onboarded;
beforeAll(async () => {
  stack = await startStack({ settings: { REDIS_URL } });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(() => stack.stop());

it('partners notice nothing, a job waits, and the page of the jobs says why', async () => {
  const { id } = await stack.admin<{ id: string }>('POST', '/job-kinds/housekeeping/run', {
    reason: 'to see',
  });
  let jobs: AnswerOf<'jobKindList'> | undefined;
  await until(
    'the outage is seen',
    async () => {
      jobs = await stack.admin<AnswerOf<'jobKindList'>>('GET', '/job-kinds');
      return jobs.queue.state === 'away';
    },
    60_000,
  );
  expect(jobs?.queue.text).toMatch(
    /^The queue in Redis cannot be reached: .* Requests of partners are not affected\.$/,
  );
  const call = () => callGateway({ gateway: stack.gateway.partner, key: application.clientKey });
  for (const { status } of [await call(), await call(), await call()]) expect(status).toBe(200);
  expect((await stack.admin<{ state: string }>('GET', `/jobs/${id}`)).state).toBe('waiting');
});
