/** The main job, whole: a registry applied, a key issued, a referral fetched through the right application, audited. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let r69: Onboarded;

beforeAll(async () => {
  stack = await startStack();
  [r69] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(() => stack.stop());

describe('a referral', () => {
  it('comes back from e-RS through the one matching application', async () => {
    const answer = await fetch(`${stack.gateway.partner}/FHIR/STU3/ReferralRequest/000000070000`, {
      headers: { authorization: `Bearer ${r69.clientKey}` },
    });
    const body = await answer.text();
    expect({ status: answer.status, body: body.slice(0, 300), logs: answer.status === 200 ? '' : stack.gateway.logs() }).toMatchObject({ status: 200 });
    expect(JSON.parse(body)).toMatchObject({ resourceType: 'ReferralRequest' });
  });
});
