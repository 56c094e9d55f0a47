/** Interim answers that servers may legally send, and answers that only look complete. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf, watch } from '../support/answers.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { grantWrites, UNHURRIED } from '../support/proofs.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const BODY = '{"resourceType":"ReferralRequest"}';
const JSON_TYPE = 'Content-Type: application/fhir+json\r\n';
const FINAL = `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const interim = (status: string, headers = ''): string => `HTTP/1.1 ${status}\r\n${headers}\r\n`;

let stack: Stack;
let provider: Onboarded;
let neighbour: Onboarded;
let ubrns = 90_000;

beforeAll(async () => {
  stack = await startStack({ requestsPerMinute: UNHURRIED });
  [provider, neighbour] = (await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'RCD' }])) as [
    Onboarded,
    Onboarded,
  ];
  await grantWrites(stack, provider);
});
afterAll(() => stack.stop());

const read = ({ clientKey } = provider): Promise<Answer> =>
  sendRequest(stack.gateway.partner, REFERRAL, { key: clientKey });

async function write(): Promise<Answer> {
  ubrns += 1;
  const ubrn = String(ubrns).padStart(12, '0');
  await stack.simulator.control('POST', '/referrals', { ubrn, state: 'BOOKED' });
  return sendRequest(stack.gateway.partner, `/FHIR/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`, {
    method: 'POST',
    key: provider.clientKey,
    headers: { 'If-Match': 'W/"1"' },
  });
}

/** Makes one call while the target answers with these bytes, and counts the requests that reached it. */
async function under(
  target: 'ers' | 'token',
  raw: string | Buffer,
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; calls: number }> {
  const arrivals = await watch(stack);
  const rawResponseBase64 = Buffer.from(raw).toString('base64');
  await stack.simulator.control('POST', '/faults', { target, fault: { rawResponseBase64 } });
  const answer = await work();
  await stack.simulator.control('DELETE', '/faults');
  return { answer, calls: (await arrivals(target)).length };
}

describe('interim answers that were not requested', () => {
  it.each([
    ['a 100', interim('100 Continue')],
    ['a 100 with headers', interim('100 Continue', 'X-Proxy: edge\r\n')],
    ['a 102', interim('102 Processing')],
    ['a 103', interim('103 Early Hints', 'Link: </x>; rel=preload\r\n')],
    ['several of them', interim('100 Continue').repeat(3) + interim('102 Processing')],
  ])('%s before the answer: a read and a write each make one call', async (_, before) => {
    for (const work of [() => read(), write]) {
      const { answer, calls } = await under('ers', before + FINAL, work);
      expect([answer.status, answer.text, calls]).toEqual([200, BODY, 1]);
    }
  });

  it('a 101 is a protocol error', async () => {
    const { answer } = await under('ers', interim('101 Switching Protocols', 'Upgrade: h2c\r\n'), () =>
      read(),
    );
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_PROTOCOL' });
  });

  it('a 100 from the token endpoint does not cost the token', async () => {
    const token = JSON.stringify({ access_token: 'not-a-real-one', expires_in: '600', token_type: 'Bearer' });
    const tokenAnswer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${token.length}\r\n\r\n${token}`;
    const { answer } = await under('token', interim('100 Continue') + tokenAnswer, () => read(neighbour));
    // The token was accepted from the endpoint, and e-RS rejected it.
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_TOKEN' });
  });
});

describe('an answer that ends when its connection closes', () => {
  const head = `HTTP/1.1 200 OK\r\n${JSON_TYPE}Connection: close\r\n\r\n`;

  it('passes if its JSON is complete', async () => {
    const { answer } = await under('ers', head + BODY, () => read());
    expect([answer.status, answer.text]).toEqual([200, BODY]);
  });

  it.each([
    ['in the middle', BODY.slice(0, 20)],
    ['before its last character', BODY.slice(0, -1)],
    ['before it began', ''],
  ])('is rejected if it was cut off %s', async (_, body) => {
    const { answer } = await under('ers', head + body, () => read());
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_PROTOCOL' });
    const outcome = (await trailOf(stack, answer)).at(-1);
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'FAILED', code: 'GW_UPSTREAM_PROTOCOL' });
  });

  it('makes the outcome of a write unknown if it was cut off', async () => {
    const { answer, calls } = await under('ers', head + BODY.slice(0, 20), write);
    expect(verdictOf(answer)).toEqual({ status: 504, code: 'GW_DELIVERY_UNKNOWN' });
    expect(calls).toBe(1);
  });
});
