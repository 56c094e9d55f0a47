/** Interim answers that servers may legally send, and answers that only look complete. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf, watch } from '../support/answers.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { grantWrites, UNHURRIED } from '../support/proofs.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

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
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
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

  it.each([
    ['a 101', interim('101 Switching Protocols', 'Upgrade: h2c\r\n')],
    ['a 101 that changes to nothing', interim('101 Switching Protocols')],
    ['a 100 with a body', `${interim('100 Continue', 'Content-Length: 3\r\n')}abc`],
    ['a flood of them', interim('100 Continue').repeat(2_000)],
  ])('%s before the answer is rejected, and the outcome of a write is unknown', async (_, before) => {
    const { answer } = await under('ers', before + FINAL, () => read());
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_PROTOCOL' });
    const written = await under('ers', before + FINAL, write);
    expect(verdictOf(written.answer)).toEqual({ status: 504, code: 'GW_DELIVERY_UNKNOWN' });
    expect(written.calls).toBe(1);
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
  const packedHead = head.replace('\r\n\r\n', '\r\nContent-Encoding: gzip\r\n\r\n');
  const textHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n';
  const LARGE = JSON.stringify({ resourceType: 'Binary', data: randomBytes(1_200_000).toString('base64') });
  const bytes = (start: string, body: string | Buffer): Buffer =>
    Buffer.concat([Buffer.from(start), Buffer.from(body)]);

  it.each([
    ['JSON', head, BODY],
    ['packed JSON', packedHead, gzipSync(BODY)],
    ['neither JSON nor packed', textHead, 'any text'],
    ['large JSON', head, LARGE],
    ['large packed JSON', packedHead, gzipSync(LARGE)],
  ])('passes if it is complete: %s', async (_, start, body) => {
    const { answer } = await under('ers', bytes(start, body), () => read());
    expect([answer.status, answer.brokenOff]).toEqual([200, false]);
    expect(answer.body.equals(Buffer.from(body))).toBe(true);
  });

  it.each([
    ['in the middle', head, BODY.slice(0, 20)],
    ['before its last character', head, BODY.slice(0, -1)],
    ['before it began', head, ''],
    ['in its gzip', packedHead, gzipSync(BODY).subarray(0, -1)],
    ['before it was packed', packedHead, gzipSync(BODY.slice(0, -1))],
  ])('is rejected if it was cut off %s', async (_, start, body) => {
    const { answer, calls } = await under('ers', bytes(start, body), () => read());
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_PROTOCOL' });
    expect(calls).toBe(1);
    const outcome = (await trailOf(stack, answer)).at(-1);
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'FAILED', code: 'GW_UPSTREAM_PROTOCOL' });
  });

  it('is rejected if bytes follow the end of its gzip', async () => {
    const raw = bytes(packedHead, Buffer.concat([gzipSync(BODY), Buffer.from('more')]));
    const { answer } = await under('ers', raw, () => read());
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_PROTOCOL' });
  });

  it.each([
    ['large JSON', head, LARGE.slice(0, -1)],
    ['large packed JSON', packedHead, gzipSync(LARGE).subarray(0, -1)],
    ['large JSON that was cut off before it was packed', packedHead, gzipSync(LARGE.slice(0, -1))],
  ])('is broken off if it was cut off while it was streamed: %s', async (_, start, body) => {
    const { answer } = await under('ers', bytes(start, body), () => read());
    expect([answer.status, answer.brokenOff]).toEqual([200, true]);
    await until('END is recorded', async () =>
      (await trailOf(stack, answer)).some(({ delivery }) => delivery === 'aborted'),
    );
  });

  it('makes the outcome of a write unknown if it was cut off', async () => {
    const { answer, calls } = await under('ers', head + BODY.slice(0, 20), write);
    expect(verdictOf(answer)).toEqual({ status: 504, code: 'GW_DELIVERY_UNKNOWN' });
    expect(calls).toBe(1);
  });
});

it('an answer in a coding that was not asked for is refused, whether buffered or streamed', async () => {
  for (const coding of ['Content-Encoding: br', 'Content-Encoding: gzip, gzip', 'Transfer-Encoding: gzip']) {
    for (const length of [10, 2_000_000]) {
      const isTransfer = coding.startsWith('Transfer');
      const framing = isTransfer ? '' : `Content-Length: ${length}\r\n`;
      const raw = `HTTP/1.1 200 OK\r\n${JSON_TYPE}${framing}${coding}\r\n\r\n${'x'.repeat(length)}`;
      const { answer } = await under('ers', raw, () => read());
      expect([coding, verdictOf(answer)]).toEqual([coding, { status: 502, code: 'GW_UPSTREAM_PROTOCOL' }]);
    }
  }
});
