/** Nothing can be signed: KMS is throttled (fault F9), or this machine's clock is wrong (fault F12). */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, tally, type GatewayAnswer } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { gather, type Hit, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { IS_FULL_SIZE } from '../../support/size.ts';
import { until } from '../../support/until.ts';

/** Organisations that each still need a token. */
const ODS_CODES = Array.from({ length: 12 }, (_, n) => `T${String(n + 1).padStart(2, '0')}`);
/** Samples of the clock are dropped after a minute. */
const SAMPLE_LIFE_MS = 60_000;

let stack: Stack;
let fresh: Onboarded[];
const answers: GatewayAnswer[] = [];
const callers = new Map<string, Onboarded>();

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  fresh = await onboard(
    stack,
    ODS_CODES.map((odsCode) => ({ odsCode })),
  );
  await stack.settled();
});
afterAll(() => stack.stop());

const nextFresh = (): Onboarded => {
  const application = fresh.shift();
  if (application === undefined) throw new Error('no application without a token is left');
  return application;
};

async function call(caller: Onboarded): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: stack.gateway.partner, key: caller.clientKey });
  callers.set(answer.correlationId, caller);
  answers.push(answer);
  return answer;
}

const signRequests = async (): Promise<number> =>
  (await stack.simulator.control<Hit[]>('GET', '/requests?target=kms')).filter(
    ({ kmsAction }) => kmsAction === 'Sign',
  ).length;
const outcome = ({ status, code }: GatewayAnswer): string => `${String(status)} ${String(code)}`;
const isReady = async (): Promise<boolean> => (await fetch(`${stack.gateway.status}/ready`)).ok;

describe('F9: KMS is throttled', () => {
  const throttle = (more: object = {}): Promise<unknown> =>
    stack.simulator.control('POST', '/faults', {
      target: 'kms',
      match: { kmsAction: 'Sign' },
      fault: { kmsError: 'ThrottlingException' },
      ...more,
    });
  afterEach(() => stack.simulator.control('DELETE', '/faults'));

  it('once: the signature is requested again, and the caller notices nothing', async () => {
    const before = await signRequests();
    await throttle({ times: 1 });
    expect(outcome(await call(nextFresh()))).toBe('200 null');
    expect((await signRequests()) - before).toBe(2);
  });

  it('always: callers with a cached token are served, the others are refused, and KMS is not flooded', async () => {
    const [holder, other] = [nextFresh(), nextFresh()];
    if (IS_FULL_SIZE)
      await stack.simulator.control('POST', '/faults', {
        target: 'token',
        match: { apiKey: holder.apiKey },
        fault: { tokenExpiresIn: '31' },
      });
    expect(outcome(await call(holder))).toBe('200 null');
    await throttle();
    const before = await gather(stack);
    const [signs, startedMs] = [await signRequests(), performance.now()];

    const refused = await Promise.all(Array.from({ length: 30 }, () => call(other)));
    refused.push(...(await Promise.all(Array.from({ length: 30 }, () => call(other)))));
    expect(tally(refused.map(outcome))).toEqual({ '503 GW_SIGNING_UNAVAILABLE': 60 });
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(10);
    // One signature is requested for all of them, twice; after that Gatehouse leaves KMS alone for ten seconds.
    const pauses = Math.floor((performance.now() - startedMs) / 10_000);
    expect((await signRequests()) - signs).toBeLessThanOrEqual(2 * (1 + pauses));
    expect(outcome(await call(holder))).toBe('200 null');
    if (IS_FULL_SIZE)
      await until(
        'the token has expired',
        async () => (await call(holder)).code === 'GW_SIGNING_UNAVAILABLE',
        40_000,
      );

    await stack.simulator.control('DELETE', '/faults');
    const { intents, denied, hits } = await gather(stack);
    const ids = new Set(refused.map(({ correlationId }) => correlationId));
    const rowsOf = (rows: Iterable<{ record: Readonly<Record<string, unknown>> }>) =>
      [...rows].filter(({ record }) => ids.has(String(record['correlationId']))).length;
    expect([rowsOf(intents.values()), rowsOf(denied)]).toEqual([0, 60]);
    expect(hits.filter(({ apiKey }) => apiKey === other.apiKey)).toEqual([]);
    expect(hits.length).toBeGreaterThan(before.hits.length);
    expect(outcome(await call(nextFresh()))).toBe('200 null');
  });
});

describe('F12: the clock is wrong', () => {
  it.each([20_000, -20_000])('by %d ms: assertions are accepted', async (offsetMs) => {
    // The simulator's clock is moved, since by an earlier clock of ours the new appointments would not be in force yet.
    await stack.simulator.control('POST', '/clock', { offsetMs: -offsetMs });
    expect(outcome(await call(nextFresh()))).toBe('200 null');
    expect(await isReady()).toBe(true);
    await stack.simulator.control('POST', '/clock', { offsetMs: 0 });
  });

  it('by 400 s, and everybody has a token: the answers of e-RS show it', async () => {
    const holder = nextFresh();
    const far = await stack.startGateway(PARTNER_ONLY);
    const callFar = async (): Promise<GatewayAnswer> => {
      const answer = await callGateway({ gateway: far.partner, key: holder.clientKey });
      callers.set(answer.correlationId, holder);
      answers.push(answer);
      return answer;
    };
    expect(outcome(await callFar())).toBe('200 null');
    const tokenCalls = (await gather(stack)).tokenCalls.length;
    await far.hook({ clockOffsetMs: 400_000 });
    const seen = [];
    while (seen.at(-1) !== '503 GW_CLOCK' && seen.length < 10) seen.push(outcome(await callFar()));
    // The median of five: two of the true clock, and three of this one.
    expect(seen).toEqual(['200 null', '200 null', '200 null', '503 GW_CLOCK']);
    expect((await gather(stack)).tokenCalls.length).toBe(tokenCalls);
    expect((await fetch(`${far.status}/ready`)).ok).toBe(false);
    await far.stop();
  });

  it('by 400 s: once NHS England’s answers show it, nothing is signed or sent, and the process is not ready', async () => {
    const holder = nextFresh();
    expect(outcome(await call(holder))).toBe('200 null');
    await stack.gateway.hook({ clockOffsetMs: 400_000 });
    // APIM rejects these assertions; the Date of its answers shows that our clock is wrong.
    for (let isNoticed = false; !isNoticed;) {
      const answer = await call(nextFresh());
      isNoticed = answer.code === 'GW_CLOCK';
      if (!isNoticed) expect(answer.code).toBe('GW_TOKEN_REFUSED');
    }
    expect(await isReady()).toBe(false);
    const before = await gather(stack);
    const refused = await Promise.all(Array.from({ length: 10 }, () => call(holder)));
    expect(tally(refused.map(outcome))).toEqual({ '503 GW_CLOCK': 10 });
    const after = await gather(stack);
    expect([after.hits.length, after.tokenCalls.length, after.intents.size, after.counters.kmsSigns]).toEqual(
      [before.hits.length, before.tokenCalls.length, before.intents.size, before.counters.kmsSigns],
    );

    await stack.gateway.hook({ clockOffsetMs: 0 });
    if (!IS_FULL_SIZE) return;
    await delay(SAMPLE_LIFE_MS);
    expect(outcome(await call(holder))).toBe('200 null');
    expect(await isReady()).toBe(true);
  });
});

it('afterwards every proof holds', async () => {
  const { faults } = await prove(stack, {
    answers,
    callerOf: (id) => callers.get(id),
  });
  expect(faults).toEqual(PROVED);
});
