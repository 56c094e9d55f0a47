/**
 * e-RS fails (faults F17, F18, F28, F29): its answers pass unchanged, reads are retried within bounds, writes never, and no
 * caller can take a truncated document for a complete one.
 */
import { createHash, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, closedLoop, type GatewayAnswer, type GatewayRequest } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { gather, grantWrites, type Hit, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { ROUNDS } from '../../support/size.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { until } from '../../support/until.ts';

let stack: Stack;
let application: Onboarded;
const allAnswers: GatewayAnswer[] = [];
let referrals = 0;

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  await grantWrites(stack, application);
});
afterAll(() => stack.stop());

async function call(more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: stack.gateway.partner, key: application.clientKey, ...more });
  allAnswers.push(answer);
  return answer;
}

/** Writes to a new referral. */
async function write(more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> {
  referrals += 1;
  const ubrn = String(80_000 + referrals).padStart(12, '0');
  await stack.simulator.control('POST', '/referrals', { ubrn, state: 'BOOKED' });
  return call({
    method: 'POST',
    path: `/FHIR/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`,
    headers: { 'if-match': 'W/"1"' },
    ...more,
  });
}

/** Makes one call while the fault is armed, and counts the requests that reached e-RS. */
async function under(
  fault: object,
  make: () => Promise<GatewayAnswer>,
  more: object = {},
): Promise<{ answer: GatewayAnswer; hits: Hit[] }> {
  const before = (await ersRequests()).length;
  await stack.simulator.control('POST', '/faults', { target: 'ers', fault, ...more });
  const answer = await make();
  await stack.simulator.control('DELETE', '/faults');
  return { answer, hits: (await ersRequests()).slice(before) };
}
const ersRequests = (): Promise<Hit[]> => stack.simulator.control<Hit[]>('GET', '/requests?target=ers');

const json = { 'Content-Type': 'application/fhir+json' };
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('with short limits', () => {
  let hasty: GatewayProcess;
  beforeAll(async () => {
    hasty = await stack.startGateway({
      ...PARTNER_ONLY,
      GATEHOUSE_TOTAL_MS: '5000',
      GATEHOUSE_BODY_STALL_MS: '500',
    });
    expect((await call({ gateway: hasty.partner })).status).toBe(200);
  });
  const outcomeOf = async ({ attemptId }: GatewayAnswer): Promise<unknown> =>
    (await gather(stack)).outcomes.get(attemptId ?? '')?.[0]?.record['outcome'];

  it.each([
    ['reset after the request was sent', { resetBeforeResponse: true }],
    ['no answer in time', { hang: true }],
  ])('F17: a write, %s: it is sent once, and the caller learns that nobody knows', async (_, fault) => {
    const { answer, hits } = await under(fault, () => write({ gateway: hasty.partner }));
    expect([answer.status, answer.code, hits.length]).toEqual([504, 'GW_DELIVERY_UNKNOWN', 1]);
    expect(answer.headers['gatehouse-delivery']).toBe('unknown');
    expect(answer.text).toMatch(/read the referral/i);
    expect(await outcomeOf(answer)).toBe('UNKNOWN');
  });

  it('F18: a read whose answer stops after its headers: it is given up, and the next one is served', async () => {
    const { answer, hits } = await under({ stallAfterHeaders: true }, () => call({ gateway: hasty.partner }));
    expect([answer.status, answer.code, hits.length]).toEqual([504, 'GW_UPSTREAM_TIMEOUT', 1]);
    expect(await outcomeOf(answer)).toBe('FAILED');
    expect((await call({ gateway: hasty.partner })).status).toBe(200);
  });
});

describe('F18: an answer that drips, and so never stalls', () => {
  const dripping = (bytes: number): object => ({
    status: 200,
    headers: json,
    body: JSON.stringify({ resourceType: 'Binary', data: 'A'.repeat(bytes) }),
    dripBytesPerSecond: 5,
  });
  let patient: GatewayProcess;
  beforeAll(async () => {
    // The limit of stalls stays at 30 s: only the limit of the whole call can end these.
    patient = await stack.startGateway({ ...PARTNER_ONLY, GATEHOUSE_TOTAL_MS: '3000' });
  });

  it('is cut by the limit of the whole call, and others are served meanwhile', async () => {
    const before = (await ersRequests()).length;
    const { answer, hits } = await under(
      dripping(1_000),
      async () => {
        const dripped = call({ gateway: patient.partner });
        await until('the dripping call is under way', async () => (await ersRequests()).length > before);
        const others = await Promise.all(
          Array.from({ length: 10 }, () => call({ gateway: patient.partner })),
        );
        expect(others.map(({ status }) => status)).toEqual(others.map(() => 200));
        return dripped;
      },
      { times: 1 },
    );
    expect([answer.status, answer.code, hits.length]).toEqual([504, 'GW_UPSTREAM_TIMEOUT', 11]);
    const [outcome] = (await gather(stack)).outcomes.get(answer.attemptId ?? '') ?? [];
    expect(outcome?.record['outcome']).toBe('FAILED');
  });

  it('is broken off where it was streamed already', async () => {
    const fault = { ...dripping(1_600_000), dripBytesPerSecond: 50_000 };
    const { answer, hits } = await under(fault, () => call({ gateway: patient.partner }));
    expect([answer.complete, hits.length]).toEqual([false, 1]);
    // Without a status the connection ended before its first byte was released.
    expect([200, null]).toContain(answer.status);
  });
});

describe('F28: an error of e-RS', () => {
  const outcome = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'lock-error' }],
  });
  it.each<[number, object, number]>([
    [502, { body: outcome, headers: json }, 3],
    [503, { body: outcome, headers: json }, 3],
    [503, { body: outcome, headers: { ...json, 'Retry-After': '5' } }, 1],
    [504, { body: outcome, headers: json }, 1],
    [500, { body: 'Internal error', headers: { 'Content-Type': 'text/plain' } }, 1],
    [500, { body: '' }, 1],
    [423, { body: outcome, headers: json }, 1],
    [409, { body: outcome, headers: json }, 1],
    [412, { body: outcome, headers: json }, 1],
  ])(
    '%i %j: passes unchanged; a read is tried at most three times, a write once',
    async (status, fault, reads) => {
      const { body, headers } = fault as { body: string; headers?: Record<string, string> };
      for (const [make, expected] of [
        [() => call(), reads],
        [write, 1],
      ] as const) {
        const { answer, hits } = await under({ status, ...fault }, make);
        expect([answer.status, answer.text, answer.complete, hits.length]).toEqual([
          status,
          body,
          true,
          expected,
        ]);
        expect(answer.headers['gatehouse-error-source']).toBe('upstream');
        expect(answer.headers['retry-after']).toBe(headers?.['Retry-After']);
        expect(new Set(hits.map(({ correlationId }) => correlationId)).size).toBe(expected);
        expect(answer.attemptId).toBe(hits.at(-1)?.correlationId);
      }
    },
  );

  it('that is temporary is gone at the next attempt of a read', async () => {
    const { answer, hits } = await under({ status: 503 }, () => call(), { times: 2 });
    expect([answer.status, hits.length]).toEqual([200, 3]);
  });
});

describe('F29: an answer that breaks off', () => {
  const documentOf = (bytes: number): Buffer => {
    const frame = JSON.stringify({ resourceType: 'Binary', contentType: 'text/plain', data: '' });
    return Buffer.from(frame.replace('"data":""', `"data":"${'A'.repeat(bytes - frame.length)}"`));
  };
  const SMALL = documentOf(200_000);
  const LARGE = documentOf(1_600_000);
  const answering = (body: Buffer): object => ({
    status: 200,
    headers: json,
    bodyBase64: body.toString('base64'),
  });

  /** The caller has either no document or the whole one. */
  function neverTruncated(answer: GatewayAnswer, body: Buffer): void {
    const accepted = answer.status === 200 && answer.complete;
    expect(accepted && answer.bodySha256 !== sha256(body), 'a cut document was taken for a whole one').toBe(
      false,
    );
  }

  it('before its first byte: a read is retried, a write is not', async () => {
    const read = await under({ resetBeforeResponse: true }, () => call());
    expect([read.answer.status, read.answer.code, read.hits.length]).toEqual([
      502,
      'GW_UPSTREAM_INCOMPLETE',
      3,
    ]);
    const mended = await under({ resetBeforeResponse: true }, () => call(), { times: 1 });
    expect([mended.answer.status, mended.hits.length]).toEqual([200, 2]);
    const written = await under({ resetBeforeResponse: true }, write);
    expect([written.answer.status, written.answer.code, written.hits.length]).toEqual([
      504,
      'GW_DELIVERY_UNKNOWN',
      1,
    ]);
    const done = await under({ applyThenReset: true }, write);
    expect([done.answer.status, done.answer.code, done.hits.length]).toEqual([504, 'GW_DELIVERY_UNKNOWN', 1]);
    expect(done.answer.headers['gatehouse-delivery']).toBe('unknown');
    expect(done.hits[0]?.stateChange).toBe(true);
  });

  it('the whole document arrives when nothing breaks', async () => {
    for (const body of [SMALL, LARGE]) {
      const { answer } = await under(answering(body), () => call());
      expect([answer.status, answer.complete, answer.bodySha256]).toEqual([200, true, sha256(body)]);
    }
  });

  it.each([1, 4_095, 65_536, -1])(
    'at byte %i: the caller gets no document, whether it is short or long',
    async (at) => {
      for (const body of [SMALL, LARGE]) {
        const resetAtByte = at === -1 ? body.length - 1 : at;
        const { answer, hits } = await under({ ...answering(body), resetAtByte }, () => call());
        neverTruncated(answer, body);
        expect(hits.length).toBe(1);
        // The short answer is still buffered, so the caller gets a refusal; of the long one the headers may have been sent.
        if (body === SMALL) expect([answer.status, answer.code]).toEqual([502, 'GW_UPSTREAM_INCOMPLETE']);
        else expect([[200, null], answer.complete]).toEqual([expect.arrayContaining([answer.status]), false]);
      }
      const { answer, hits } = await under({ resetAtByte: 40 }, write);
      expect([answer.status, answer.code, hits.length]).toEqual([504, 'GW_DELIVERY_UNKNOWN', 1]);
    },
  );

  it.each(['content-length-longer', 'chunked-no-end'])('%s', async (scenario) => {
    for (const body of [SMALL, LARGE]) {
      const { answer, hits } = await under({ ...answering(body), scenario }, () => call());
      neverTruncated(answer, body);
      expect([answer.status === 200 && answer.complete, hits.length]).toEqual([false, 1]);
    }
    const { answer, hits } = await under({ scenario }, write);
    expect([answer.status === 200 && answer.complete, hits.length]).toEqual([false, 1]);
  });

  it('content-length-shorter: the caller gets exactly the announced bytes, as recorded', async () => {
    // By the rules of HTTP this answer is complete, so it is passed on as it is, although it is not valid JSON.
    for (const body of [SMALL, LARGE]) {
      const { answer } = await under({ ...answering(body), scenario: 'content-length-shorter' }, () =>
        call(),
      );
      if (answer.status === 200 && answer.complete)
        expect([answer.bytes, answer.bodySha256]).toEqual([body.length - 10, sha256(body.subarray(0, -10))]);
      for (let next = 0; next < 3; next += 1) {
        const after = await call();
        expect([after.status, after.text.includes('"000000070000"')]).toEqual([200, true]);
      }
    }
  });

  it('at any byte', async () => {
    // Only one fault can be armed, so there is one call at a time.
    await closedLoop(40 * ROUNDS, 1, async (n) => {
      const body = n % 2 === 0 ? SMALL : LARGE;
      const { answer } = await under({ ...answering(body), resetAtByte: randomInt(body.length) }, () =>
        call(),
      );
      neverTruncated(answer, body);
      expect(answer.status === 200 && answer.complete).toBe(false);
    });
  });
});

it('afterwards S1–S8 and S10 hold', async () => {
  const { faults, evidence } = await prove(stack, {
    answers: allAnswers,
    callerOf: () => application,
    canaries: ['9000000009', '000000070000', application.clientKey],
  });
  expect(faults).toEqual(PROVED);
  // Each document that was cut is recorded as such, with the number of bytes sent.
  const cut = allAnswers.filter(({ status, complete }) => status === 200 && !complete);
  for (const { attemptId, bytes } of cut) {
    const end = evidence.ends.get(attemptId ?? '')?.record;
    expect(end?.['delivery']).toBe('aborted');
    expect(Number(end?.['responseBytes'])).toBeGreaterThanOrEqual(bytes);
  }
  process.stdout.write(
    `F29: ${String(allAnswers.length)} calls, ${String(cut.length)} documents cut while streaming, none accepted\n`,
  );
});
