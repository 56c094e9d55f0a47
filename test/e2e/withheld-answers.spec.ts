/** Answers that must not pass: our own access token wherever it stands, and a worklist that can't be read. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf } from '../support/answers.ts';
import { onboard, type Onboarded, worklistBody } from '../support/onboard.ts';
import { UNHURRIED } from '../support/proofs.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const WORKLIST = '/FHIR/STU3/ReferralRequest/$ers.fetchworklist';
const TOKEN = `our-token-${'t'.repeat(40)}-end`;
const WITHHELD = { status: 502, code: 'GW_UPSTREAM_PROTOCOL' };

let stack: Stack;
let provider: Onboarded;

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  [provider] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  const body = JSON.stringify({ access_token: TOKEN, expires_in: '599', token_type: 'Bearer' });
  const headers = { 'Content-Type': 'application/json' };
  await stack.simulator.control('POST', '/faults', {
    target: 'token',
    fault: { status: 200, headers, body },
  });
});
afterEach(() => stack.simulator.control('DELETE', '/faults'));
afterAll(() => stack.stop());

/** A service may be asked for its worklist twice a day. */
let services = 12_000;
const JSON_TYPE = 'Content-Type: application/fhir+json\r\n';

/** One read or worklist that e-RS answers with these bytes. */
async function answered(head: string, body: string | Buffer, isWorklist = false): Promise<Answer> {
  const raw = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n`), Buffer.from(body)]);
  await stack.simulator.control('POST', '/faults', {
    target: 'ers',
    fault: { rawResponseBase64: raw.toString('base64') },
  });
  if (!isWorklist) return sendRequest(stack.gateway.partner, REFERRAL, { key: provider.clientKey });
  return sendRequest(stack.gateway.partner, WORKLIST, {
    method: 'POST',
    key: provider.clientKey,
    headers: { 'Content-Type': 'application/fhir+json' },
    body: worklistBody(String((services += 1))),
  });
}

describe('our own token', () => {
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const packed = gzipSync(`{"echo":"${TOKEN}"}`);
  const plain = `{"echo":"${TOKEN}"}`;

  it.each([
    ['ETag', `"${TOKEN}"`],
    ['X-Request-ID', TOKEN],
    ['Location', `https://ers.example/${TOKEN}`],
    ['Warning', `199 - "token ${TOKEN} seen"`],
    ['X-Unlisted', `Bearer ${TOKEN}`],
  ])('in the header %s: withheld, and neither trail nor log keeps it', async (name, value) => {
    const answer = await answered(`${JSON_TYPE}${name}: ${value}\r\nContent-Length: 2\r\n`, '{}');
    expect(verdictOf(answer)).toEqual(WITHHELD);
    expect((await trailOf(stack, answer)).at(-1)).toMatchObject({ outcome: 'WITHHELD' });
  });

  it.each([
    ['in the body', `${JSON_TYPE}Content-Length: ${plain.length}\r\n`, plain],
    [
      'in a packed body',
      `${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n`,
      packed,
    ],
    ['in a body that ends with its connection', JSON_TYPE, plain],
    ['in packed JSON that ends with its connection', `${JSON_TYPE}Content-Encoding: gzip\r\n`, packed],
  ])('%s: withheld', async (_, head, body) => {
    const answer = await answered(head, body);
    expect(verdictOf(answer)).toEqual(WITHHELD);
    expect(answer.text).not.toContain(TOKEN);
  });

  it('in two chunks of a stream: broken off before it begins', async () => {
    const start = chunk(`{"data":"${'x'.repeat(2_000_000)}",`);
    const halves = chunk(`"echo":"${TOKEN.slice(0, 20)}`) + chunk(`${TOKEN.slice(20)}"}`);
    const body = `${start}${halves}0\r\n\r\n`;
    const answer = await answered(`${JSON_TYPE}Transfer-Encoding: chunked\r\n`, body);
    expect([answer.status, answer.brokenOff]).toEqual([200, true]);
    expect(answer.text).not.toContain(TOKEN.slice(0, 12));
  });

  it('in the reason phrase: the caller gets our own phrase', async () => {
    const raw = `HTTP/1.1 200 ${TOKEN}\r\n${JSON_TYPE}Content-Length: 2\r\n\r\n{}`;
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      fault: { rawResponseBase64: Buffer.from(raw).toString('base64') },
    });
    const { partner } = stack.gateway;
    const { statusText } = await fetch(`${partner}${REFERRAL}`, {
      headers: { authorization: `Bearer ${provider.clientKey}` },
    });
    expect(statusText).toBe('OK');
  });

  it('is nowhere in the trail or the log after all of that', async () => {
    const { rows } = await stack.sql.query('SELECT FROM audit.event WHERE record::text LIKE $1', [
      `%${TOKEN}%`,
    ]);
    expect(rows).toEqual([]);
    expect(stack.gateway.logs()).not.toContain(TOKEN);
  });
});

describe('a worklist that is not JSON is an answer of e-RS that will not pass, and no fault of the audit trail', () => {
  it.each([
    ['text', 'no worklist today'],
    ['nothing', ''],
    ['JSON that does not end', '{"resourceType":"List","entry":['],
  ])('%s', async (_, body) => {
    for (const framing of [`Content-Length: ${body.length}\r\n`, '']) {
      const answer = await answered(`${JSON_TYPE}${framing}`, body, true);
      expect(verdictOf(answer)).toEqual(WITHHELD);
      // It was to be released, so its OUTCOME follows by a moment.
      await until('OUTCOME is recorded', async () =>
        (await trailOf(stack, answer)).some(({ code }) => code === WITHHELD.code),
      );
    }
    expect(stack.gateway.logs()).not.toContain('GW_AUDIT_UNAVAILABLE');
  });

  it('nor is one that is packed, since e-RS was asked for plain text', async () => {
    const body = gzipSync('{"resourceType":"List"}');
    const answer = await answered(`${JSON_TYPE}Content-Encoding: gzip\r\n`, body, true);
    expect(verdictOf(answer)).toEqual(WITHHELD);
  });
});
