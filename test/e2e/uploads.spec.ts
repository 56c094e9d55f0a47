/** A020: a file goes on to e-RS while it arrives, whole or not at all, and writes to one referral keep their order. */
import { createHash, randomBytes } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf, watch } from '../support/answers.ts';
import type { Stack } from '../support/servers/stack.ts';
import { startOpenWard } from '../support/users/open-ward.ts';
import { until } from '../support/until.ts';

const PATH = '/FHIR/STU3/Binary';
const MOST_BYTES = 5_242_880;
const UBRN = '000000070000';

let stack: Stack;
let key: string;

beforeAll(async () => {
  ({ stack, key } = await startOpenWard());
});
afterEach(() => stack.simulator.control('DELETE', '/faults'));
afterAll(() => stack.stop());

const headers = (correlationId?: string): Record<string, string> => ({
  'NHSD-eRS-Business-Function': 'REFERRING_CLINICIAN',
  'NHSD-eRS-File-Name': 'letter.pdf',
  'NHSD-eRS-Referral-ID': UBRN,
  'Content-Type': 'application/pdf',
  ...(correlationId === undefined ? {} : { 'X-Correlation-ID': correlationId }),
});
const upload = (body: Buffer, extra: Record<string, string> = {}): Promise<Answer> =>
  sendRequest(stack.gateway.partner, PATH, {
    method: 'POST',
    key,
    headers: { ...headers(), ...extra },
    body,
  });

/** A request of which the test sends the body itself. */
function open(correlationId: string, announced: Record<string, string>): ClientRequest {
  const outgoing = request(`${stack.gateway.partner}${PATH}`, {
    method: 'POST',
    headers: { ...headers(correlationId), Authorization: `Bearer ${key}`, ...announced },
  });
  outgoing.on('error', () => undefined);
  return outgoing;
}
const statusOf = (outgoing: ClientRequest): Promise<number> =>
  new Promise((resolve, reject) => {
    outgoing.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.once('error', reject);
  });
const recordsOf = (correlationId: string) =>
  trailOf(stack, { correlationId } as Parameters<typeof trailOf>[1]);

describe('a file', () => {
  it('of 5 MiB reaches e-RS byte for byte, and its OUTCOME has the hash', async () => {
    const file = randomBytes(MOST_BYTES);
    const sha256 = createHash('sha256').update(file).digest('hex');
    const arrivals = await watch(stack);
    const answer = await upload(file);
    expect(answer.status).toBe(201);
    expect((await arrivals('ers')).map(({ bodySha256 }) => bodySha256)).toEqual([sha256]);
    const [intent, outcome] = await trailOf(stack, answer);
    expect(intent).toMatchObject({ kind: 'INTENT', requestBytes: MOST_BYTES, requestSha256: null });
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'COMPLETED', requestSha256: sha256 });
  });

  it.each<[string, number, string, () => Promise<{ status: number; code: string | null }>]>([
    [
      'one byte too long',
      413,
      'GW_BODY_TOO_LARGE',
      async () => verdictOf(await upload(Buffer.alloc(MOST_BYTES + 1))),
    ],
    ['empty', 400, 'GW_BODY_SYNTAX', async () => verdictOf(await upload(Buffer.alloc(0)))],
    [
      'of another type',
      415,
      'GW_MEDIA_TYPE',
      async () => verdictOf(await upload(Buffer.from('x'), { 'Content-Type': 'application/x-msdownload' })),
    ],
  ])('that is %s is refused with %i %s', async (_name, status, code, verdict) => {
    const arrivals = await watch(stack);
    expect(await verdict()).toEqual({ status, code });
    expect(await arrivals('ers')).toEqual([]);
  });

  it('sent in chunks is refused: its length must be known', async () => {
    const arrivals = await watch(stack);
    const outgoing = open('chunked-upload', { 'Transfer-Encoding': 'chunked' });
    const status = statusOf(outgoing);
    outgoing.end('a file');
    expect(await status).toBe(411);
    expect(await arrivals('ers')).toEqual([]);
  });

  it('is recorded before its first byte arrives', async () => {
    const outgoing = open('first-byte', { 'Content-Length': '6' });
    const status = statusOf(outgoing);
    outgoing.flushHeaders();
    await until('INTENT', async () => (await recordsOf('first-byte')).length === 1);
    expect((await recordsOf('first-byte')).map(({ kind }) => kind)).toEqual(['INTENT']);
    outgoing.end('a file');
    expect(await status).toBe(201);
  });

  it('that breaks off half-way never reaches e-RS as a whole one, and nobody knows what became of it', async () => {
    const arrivals = await watch(stack);
    const outgoing = open('half-way', { 'Content-Length': String(MOST_BYTES) });
    outgoing.write(randomBytes(MOST_BYTES / 2));
    await until('INTENT', async () => (await recordsOf('half-way')).length === 1);
    outgoing.destroy();
    await until('OUTCOME', async () => (await recordsOf('half-way')).length === 2);
    const [, outcome] = await recordsOf('half-way');
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'UNKNOWN', requestSha256: null });
    expect((await arrivals('ers')).filter(({ status }) => status === 201)).toEqual([]);
  });
});

describe('writes to one referral', () => {
  it('go to e-RS in the order in which they came', async () => {
    await stack.simulator.control('POST', '/faults', { target: 'ers', times: 1, fault: { delayMs: 400 } });
    const arrivals = await watch(stack);
    const first = upload(Buffer.from('the first file'));
    await until('the first write at e-RS', async () => (await arrivals('ers')).length === 1);
    const second = upload(Buffer.from('the second file'));
    const other = sendRequest(stack.gateway.partner, `/FHIR/STU3/ReferralRequest/${UBRN}`, {
      key,
      headers: { 'NHSD-eRS-Business-Function': 'REFERRING_CLINICIAN' },
    });
    // A read of the same referral waits for nobody.
    expect((await other).status).toBe(200);
    expect((await first).status).toBe(201);
    expect((await second).status).toBe(201);
    const [intentOfFirst, outcomeOfFirst] = await trailOf(stack, await first);
    const [intentOfSecond] = await trailOf(stack, await second);
    expect(Number(intentOfFirst?.['startedAtMs'])).toBeLessThanOrEqual(
      Number(intentOfSecond?.['startedAtMs']),
    );
    expect(Number(intentOfSecond?.['startedAtMs'])).toBeGreaterThanOrEqual(Number(outcomeOfFirst?.['atMs']));
  });
});
