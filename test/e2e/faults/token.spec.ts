/**
 * Keys and tokens fail (faults F10, F11, F14, F15, F21): a disabled key is no longer used, a wrong signature is never
 * sent, every refusal of the token endpoint is classified, and no failure causes a flood of requests.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callGateway,
  keepAlive,
  openLoop,
  type Stream,
  tally,
  type GatewayAnswer,
  type GatewayRequest,
} from '../../support/load.ts';
import { watchMachine } from '../../support/servers/machine.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import {
  applicationChoice,
  environmentsFile,
  gather,
  type Hit,
  prove,
  PROVED,
  rebind,
  UNHURRIED,
} from '../../support/proofs.ts';
import { until } from '../../support/until.ts';
import { callKms, PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';

let stack: Stack;
/** One for tests of keys, one that gets a new ASID for each refusal, and two whose tokens expire during this file. */
let keyed: Onboarded;
let tried: Onboarded;
let waning: Onboarded;
let herd: Onboarded;
let rotated: Onboarded;
const allAnswers: GatewayAnswer[] = [];
const callers = new Map<string, Onboarded>();
let unusedSigns = 0;

const TOKEN_MS = 800;
const KEY_POLL_MS = 500;

beforeAll(async () => {
  stack = await startStack({
    worker: false,
    replicas: 2,
    requestsPerMinute: UNHURRIED,
    settings: {
      GATEHOUSE_KEY_POLL_MS: String(KEY_POLL_MS),
      GATEHOUSE_TOKEN_MS: String(TOKEN_MS),
      GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS: '10000',
    },
  });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  const all = await onboard(stack, [
    { odsCode: 'R69' },
    { odsCode: 'X26' },
    { odsCode: 'RCD' },
    { odsCode: 'R68' },
    { odsCode: 'D82106' },
  ]);
  [keyed, tried, waning, herd, rotated] = all as [Onboarded, Onboarded, Onboarded, Onboarded, Onboarded];
  await stack.settled();
});
afterAll(() => stack.stop());

async function call(caller: Onboarded, more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: stack.gateway.partner, key: caller.clientKey, ...more });
  callers.set(answer.correlationId, caller);
  allAnswers.push(answer);
  return answer;
}

const arm = (target: string, fault: object, more: object = {}): Promise<unknown> =>
  stack.simulator.control('POST', '/faults', { target, fault, ...more });
const disarm = (): Promise<unknown> => stack.simulator.control('DELETE', '/faults');
const tokenCalls = async (application: Onboarded): Promise<Hit[]> =>
  (await stack.simulator.control<Hit[]>('GET', '/requests?target=token')).filter(
    ({ apiKey }) => apiKey === application.apiKey,
  );
const hitsOf = async (application: Onboarded): Promise<Hit[]> =>
  (await stack.simulator.control<Hit[]>('GET', '/requests?target=ers')).filter(
    ({ apiKey }) => apiKey === application.apiKey,
  );
async function events(name: string): Promise<Record<string, unknown>[]> {
  const { system } = await gather(stack);
  return system
    .filter(({ record }) => record['event'] === name)
    .map(({ record }) => record['facts'] as Record<string, unknown>);
}
async function keyOf(application: Onboarded): Promise<{ kid: string; kmsKeyArn: string }> {
  const query = new URLSearchParams({ organisation: application.odsCode, state: 'ACTIVE' });
  const { items } = await stack.admin<{ items: { kid: string; kmsKeyArn: string }[] }>(
    'GET',
    `/signing-keys?${String(query)}`,
  );
  return items[0] as { kid: string; kmsKeyArn: string };
}

describe('F11: KMS returns a wrong signature', () => {
  it.each(['kms-wrong-key', 'kms-truncated', 'kms-wrong-algorithm'])(
    '%s: no token is requested, and KEY_MISMATCH is recorded',
    async (scenario) => {
      tried = await rebind(stack, tried);
      const before = (await tokenCalls(tried)).length;
      const stated = (await events('KEY_STATE')).length;
      await arm('kms', { scenario }, { match: { kmsAction: 'Sign' } });
      const answer = await call(tried);
      await disarm();
      unusedSigns += 1;
      expect([answer.status, answer.code]).toEqual([503, 'GW_KEY_UNUSABLE']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(60);
      expect((await tokenCalls(tried)).length).toBe(before);
      await until('the mismatch is recorded', async () => (await events('KEY_STATE')).length > stated);
      expect((await events('KEY_STATE')).at(-1)).toMatchObject({
        kid: (await keyOf(tried)).kid,
        state: 'KEY_MISMATCH',
      });
    },
  );
});

it('the signatures of a KMS emulator that hashes a digest again are accepted', async () => {
  tried = await rebind(stack, tried);
  await arm('kms', { scenario: 'kms-ignores-digest' }, { match: { kmsAction: 'Sign' } });
  const answer = await call(tried);
  await disarm();
  expect([answer.status, answer.code]).toEqual([200, null]);
});

/** Tokens of 30 s are used for 25 s and refreshed from the 18th second on. */
let lives: Stream<GatewayAnswer>;
/** The token was minted between the two. */
let minted = { afterMs: 0, beforeMs: 0 };
it('tokens that will expire', async () => {
  await arm('token', { tokenExpiresIn: '30' });
  for (const gateway of stack.gateways) {
    expect((await call(herd, { gateway: gateway.partner })).status).toBe(200);
  }
  const afterMs = Date.now();
  expect((await call(waning)).status).toBe(200);
  minted = { afterMs, beforeMs: Date.now() };
  await disarm();
  await arm('token', { status: 500 }, { match: { apiKey: waning.apiKey } });
  lives = openLoop(4, () => call(waning));
});

describe('F10: a key is disabled in KMS', () => {
  it('under traffic: its calls stop within one poll of KMS, and resume when it is enabled', async () => {
    const { kid, kmsKeyArn } = await keyOf(keyed);
    const load = openLoop(60, (n) => call(keyed, { gateway: stack.gateways[n % 2]?.partner ?? '' }));
    await until('calls are served', () => load.answers.length >= 40);
    const lateMs = watchMachine(...stack.gateways.map(({ child }) => child.pid));
    await callKms(stack.simulator.kmsUrl, 'DisableKey', { KeyId: kmsKeyArn });
    const disabledAtMs = Date.now();
    await until('a call is refused', () => load.answers.some(({ code }) => code === 'GW_KEY_UNUSABLE'));
    const boundMs = KEY_POLL_MS + 500 + lateMs();
    const late = () => load.answers.filter(({ startedAtMs }) => startedAtMs > disabledAtMs + boundMs);
    await until('calls went on for longer than that may take', () => late().length > 50);
    await load.stop();
    const last = Math.max(...(await hitsOf(keyed)).map(({ at }) => Date.parse(at)));
    process.stdout.write(
      `F10: last hit ${String(last - disabledAtMs)} ms after the key was disabled (poll ${String(KEY_POLL_MS)} ms)\n`,
    );
    expect(last - disabledAtMs).toBeLessThan(boundMs);
    expect(tally(late().map(({ status, code }) => `${String(status)} ${String(code)}`))).toEqual({
      '503 GW_KEY_UNUSABLE': late().length,
    });
    // Each replica records it once for the poll, and once more if a signature was refused.
    const stated = (await events('KEY_STATE')).filter((facts) => facts['kid'] === kid);
    expect(stated.length).toBeGreaterThanOrEqual(2);

    await callKms(stack.simulator.kmsUrl, 'EnableKey', { KeyId: kmsKeyArn });
    // This identity pauses before it asks KMS again; another identity signs with the key immediately.
    keyed = await rebind(stack, keyed);
    expect((await call(keyed)).status).toBe(200);
  });

  it('before a token is cached: the first refused signature records it', async () => {
    tried = await rebind(stack, tried);
    const { kid, kmsKeyArn } = await keyOf(tried);
    await callKms(stack.simulator.kmsUrl, 'DisableKey', { KeyId: kmsKeyArn });
    const before = (await tokenCalls(tried)).length;
    const answer = await call(tried);
    await callKms(stack.simulator.kmsUrl, 'EnableKey', { KeyId: kmsKeyArn });
    expect([answer.status, answer.code]).toEqual([503, 'GW_KEY_UNUSABLE']);
    expect((await tokenCalls(tried)).length).toBe(before);
    await until('it is recorded', async () =>
      (await events('KEY_STATE')).some(
        (facts) => facts['kid'] === kid && facts['state'] === 'DisabledException',
      ),
    );
  });
});

/** Only this application's token requests are refused, so that the others keep working. */
const armToken = (fault: object, more: object = {}): Promise<unknown> =>
  arm('token', fault, { match: { apiKey: tried.apiKey }, ...more });
async function disarmTried(): Promise<void> {
  const armed = await stack.simulator.control<{ id: string; match?: { apiKey?: string } }[]>(
    'GET',
    '/faults',
  );
  for (const { id, match } of armed)
    if (match?.apiKey === tried.apiKey) await stack.simulator.control('DELETE', `/faults/${id}`);
}

/** Makes one call with a new identity while the fault is armed. */
async function tryWith(
  fault: object,
  more: object = {},
): Promise<{ answer: GatewayAnswer; waitedMs: number; calls: Hit[]; hits: number; failed: number }> {
  tried = await rebind(stack, tried);
  const [before, hits, failed] = [
    await tokenCalls(tried),
    (await hitsOf(tried)).length,
    (await events('MINT_FAILED')).length,
  ];
  await armToken(fault, more);
  const lateMs = watchMachine(stack.gateway.child.pid);
  const answer = await call(tried);
  const waitedMs = lateMs();
  await disarmTried();
  const calls = (await tokenCalls(tried)).slice(before.length);
  return {
    answer,
    waitedMs,
    calls,
    hits: (await hitsOf(tried)).length - hits,
    failed: (await events('MINT_FAILED')).length - failed,
  };
}

const refusal = (status: number, error: string, description: string): object => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ error, error_description: description, message_id: 'rrt-4711-b-geu2-1-2-1' }),
});

describe('F14: the token endpoint refuses', () => {
  it.each<[string, object, number]>([
    ['a jti it knows', refusal(400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT"), 2],
    [
      'an exp too far',
      refusal(
        400,
        'invalid_request',
        "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future",
      ),
      2,
    ],
    [
      'the algorithm',
      refusal(
        400,
        'invalid_request',
        "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'",
      ),
      2,
    ],
    [
      'a kid it has not seen',
      refusal(
        401,
        'invalid_request',
        "Invalid 'kid' header in client_assertion JWT - no matching public key",
      ),
      1,
    ],
    ['iss and sub', refusal(401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT"), 1],
    ['the signature', refusal(401, 'public_key error', 'JWT signature verification failed'), 1],
    [
      'an application without a key',
      refusal(403, 'public_key error', 'You need to register a public key to use this authentication method'),
      1,
    ],
    [
      'an application not approved',
      refusal(
        401,
        'access_denied',
        'The developer app associated with the API key is not approved or revoked',
      ),
      1,
    ],
  ])('%s', async (_name, fault, expected) => {
    const { answer, calls, hits, failed } = await tryWith(fault);
    expect([answer.status, answer.code]).toEqual([502, 'GW_TOKEN_REFUSED']);
    const { body } = fault as { body: string };
    const { error_description: text } = JSON.parse(body) as { error_description: string };
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain(text);
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain('rrt-');
    expect([calls.length, new Set(calls.map(({ jti }) => jti)).size, hits]).toEqual([expected, expected, 0]);
    await until('each is on record', async () => (await events('MINT_FAILED')).length >= failed);
    const facts = (await events('MINT_FAILED'))
      .filter(({ messageId }) => messageId === 'rrt-4711-b-geu2-1-2-1')
      .at(-1);
    expect(facts?.['description']).toBe(text);
    // The circuit is open: no token is requested for a while.
    const again = await call(tried);
    expect([again.status, again.code, (await tokenCalls(tried)).length]).toEqual([
      502,
      'GW_TOKEN_REFUSED',
      (await tokenCalls(tried)).length,
    ]);
    expect((await tokenCalls(tried)).filter(({ jti }) => calls.some((call) => call.jti === jti)).length).toBe(
      expected,
    );
  });

  it('once, for a fault in the assertion: a new assertion succeeds', async () => {
    const { answer, calls } = await tryWith(
      refusal(400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT"),
      { times: 1 },
    );
    expect([answer.status, calls.length, new Set(calls.map(({ jti }) => jti)).size]).toEqual([200, 2, 2]);
  });

  it('a new key that APIM has not seen: the previous one signs', async () => {
    const { kid: first } = await keyOf(rotated);
    const { kid: second } = await stack.admin<{ kid: string }>(
      'POST',
      '/signing-keys',
      applicationChoice(rotated),
    );
    await stack.admin('POST', `/signing-keys/${second}/publish`, {});
    await stack.sql.query(`UPDATE signing_key SET published_at = now() - interval '3 hours' WHERE kid = $1`, [
      second,
    ]);
    await stack.admin('POST', `/signing-keys/${second}/activate`, {});
    await stack.settled();
    await arm(
      'token',
      refusal(
        401,
        'invalid_request',
        "Invalid 'kid' header in client_assertion JWT - no matching public key",
      ),
      { match: { apiKey: rotated.apiKey }, times: 1 },
    );
    expect((await call(rotated)).status).toBe(200);
    expect((await tokenCalls(rotated)).map(({ kid }) => kid)).toEqual([second, first]);
    expect((await hitsOf(rotated)).at(-1)?.kid).toBe(first);
  });
});

describe('F15: the token endpoint fails', () => {
  it.each<[string, object, number, string, number]>([
    ['429', { status: 429 }, 503, 'GW_TOKEN_UNAVAILABLE', 1],
    [
      '429 with Retry-After',
      { status: 429, headers: { 'Retry-After': '7' } },
      503,
      'GW_TOKEN_UNAVAILABLE',
      1,
    ],
    ['500', { status: 500, body: '{"error":"unknown_error"}' }, 503, 'GW_TOKEN_UNAVAILABLE', 2],
    ['503', { status: 503 }, 503, 'GW_TOKEN_UNAVAILABLE', 2],
    ['a reset', { resetBeforeResponse: true }, 503, 'GW_TOKEN_UNAVAILABLE', 2],
    ['silence', { hang: true }, 503, 'GW_TOKEN_UNAVAILABLE', 2],
    ['malformed JSON', { scenario: 'token-malformed-json' }, 502, 'GW_TOKEN_REFUSED', 1],
    ['HTML', { scenario: 'html-200' }, 502, 'GW_TOKEN_REFUSED', 1],
    ['no token', { scenario: 'token-no-access-token' }, 502, 'GW_TOKEN_REFUSED', 1],
    ['an empty token', { scenario: 'token-empty-access-token' }, 502, 'GW_TOKEN_REFUSED', 1],
    ['a huge token', { scenario: 'token-huge-access-token' }, 502, 'GW_TOKEN_REFUSED', 1],
    ['type mac', { scenario: 'token-type-mac' }, 502, 'GW_TOKEN_REFUSED', 1],
    ...['0', '-1', 'abc', '__absent__', 0, -1, 12.5, null, true, '5e2', ' 599'].map(
      (life): [string, object, number, string, number] => [
        `expires_in ${JSON.stringify(life)}`,
        { tokenExpiresIn: life },
        502,
        'GW_TOKEN_REFUSED',
        1,
      ],
    ),
  ])('%s', async (_name, fault, status, code, expected) => {
    const { answer, waitedMs, calls, hits, failed } = await tryWith(fault);
    expect([answer.status, answer.code, calls.length, hits]).toEqual([status, code, expected, 0]);
    expect(new Set(calls.map(({ jti }) => jti)).size).toBe(expected);
    if (status === 503)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual('headers' in fault ? 7 : 2);
    expect(answer.ms).toBeLessThan(2 * TOKEN_MS + 1_500 + waitedMs);
    expect(failed).toBeGreaterThanOrEqual(0);
  });

  it.each(['599', 599, 1e9, 30])('expires_in %j is a valid lifetime: the token is cached', async (life) => {
    const { answer, calls } = await tryWith({ tokenExpiresIn: life });
    expect([answer.status, calls.length]).toEqual([200, 1]);
    const before = (await tokenCalls(tried)).length;
    expect((await call(tried)).status).toBe(200);
    expect((await tokenCalls(tried)).length).toBe(before);
  });

  it('expires_in 5: each token serves only the calls that waited for it, at most one a second', async () => {
    tried = await rebind(stack, tried);
    const before = (await tokenCalls(tried)).length;
    await armToken({ tokenExpiresIn: 5 });
    const lateMs = watchMachine(stack.gateway.child.pid);
    const load = openLoop(20, () => call(tried));
    const minted = async () => (await tokenCalls(tried)).slice(before).map(({ at }) => Date.parse(at));
    await until('four were minted', async () => (await minted()).length >= 4);
    const answers = await load.stop();
    await disarmTried();
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: answers.length });
    const atMs = await minted();
    const betweenMs = atMs.slice(1).map((at, n) => at - (atMs[n] ?? 0));
    expect(Math.min(...betweenMs)).toBeGreaterThan(900 - lateMs());
  });

  it('the token endpoint is unreachable: nothing is sent', async () => {
    tried = await rebind(stack, tried);
    const gateway = await stack.startGateway({
      ...PARTNER_ONLY,
      GATEHOUSE_ENVIRONMENTS: await environmentsFile(stack, { tokenUrl: 'http://127.0.0.1:1/oauth2/token' }),
    });
    const answer = await call(tried, { gateway: gateway.partner });
    expect([answer.status, answer.code]).toEqual([503, 'GW_TOKEN_UNAVAILABLE']);
    unusedSigns += 2;
    await gateway.stop();
    stack.gateways.splice(stack.gateways.indexOf(gateway), 1);
  });
});

it('F15: while no new token can be had, a valid token is used until it expires', async () => {
  await until(
    'it has run out',
    () => lives.answers.filter(({ status }) => status === 503).length >= 8,
    30_000,
  );
  const answers = await lives.stop();
  const until24 = answers.filter(({ startedAtMs, ms }) => startedAtMs + ms < minted.afterMs + 24_000);
  const after25 = answers.filter(({ startedAtMs }) => startedAtMs > minted.beforeMs + 25_500);
  expect(tally(until24.map(({ status }) => status))).toEqual({ 200: until24.length });
  expect(after25.length).toBeGreaterThan(2);
  expect(tally(after25.map(({ status, code }) => `${String(status)} ${String(code)}`))).toEqual({
    '503 GW_TOKEN_UNAVAILABLE': after25.length,
  });
  // New tokens were requested at growing intervals, and not by every caller.
  const calls = (await tokenCalls(waning)).length;
  expect(calls).toBeGreaterThan(2);
  expect(calls).toBeLessThan(16);
});

it('F21: 500 calls at once on an expired token: one token request for each replica', async () => {
  // Their tokens were issued before the token of F15, which has expired.
  const before = await tokenCalls(herd);
  const hits = (await hitsOf(herd)).length;
  // Slow enough that all calls wait for the same token request.
  await arm('token', { delayMs: 300 }, { match: { apiKey: herd.apiKey } });
  const agents = stack.gateways.map(() => keepAlive(500));
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, n) =>
      call(herd, {
        gateway: stack.gateways[n % 2]?.partner ?? '',
        agent: agents[n % 2] as ReturnType<typeof keepAlive>,
        ...(n % 50 === 7 ? { abortAfterMs: 150 } : {}),
      }),
    ),
  );
  for (const agent of agents) agent.destroy();
  const mints = (await tokenCalls(herd)).length - before.length;
  const stayed = answers.filter(({ error }) => error !== 'went away');
  process.stdout.write(
    `F21: 500 callers, ${String(mints)} mints, ${JSON.stringify(tally(answers.map(({ status, code }) => code ?? status)))}, slowest ${Math.max(...answers.map(({ ms }) => ms)).toFixed(0)} ms\n`,
  );
  expect(mints).toBe(2);
  // A binding has 128 connections at each replica; a call that finds none free is refused and requests no token.
  const served = stayed.filter(({ status }) => status === 200).length;
  expect(served).toBeGreaterThan(200);
  expect(stayed.filter(({ status, code }) => status !== 200 && code !== 'GW_OVERLOAD')).toEqual([]);
  expect((await hitsOf(herd)).length - hits).toBeGreaterThanOrEqual(served);
});

it('F21: the token request fails: all calls that waited for it fail immediately, and none repeats it', async () => {
  tried = await rebind(stack, tried);
  const before = (await tokenCalls(tried)).length;
  await armToken({ status: 500, delayMs: 300 });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => call(tried, { gateway: stack.gateways[n % 2]?.partner ?? '' })),
  );
  await disarmTried();
  expect(tally(answers.map(({ status, code }) => `${String(status)} ${String(code)}`))).toEqual({
    '503 GW_TOKEN_UNAVAILABLE': 200,
  });
  // Each replica made two attempts of one request.
  expect((await tokenCalls(tried)).length - before).toBe(4);
});

it('afterwards S1–S8 hold', async () => {
  const { faults } = await prove(stack, {
    answers: allAnswers,
    callerOf: (id) => callers.get(id),
    signsUnused: unusedSigns,
    canaries: ['9000000009', '000000070000', keyed.clientKey, tried.clientKey, 'eyJhbGciOiJSUzUxMiI'],
  });
  expect(faults).toEqual(PROVED);
});
