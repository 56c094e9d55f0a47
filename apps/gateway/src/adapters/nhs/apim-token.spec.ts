import { createHash } from 'node:crypto';
import type { UnsignedJwt } from '@gatehouse/domain/apim/client-assertion';
import type { TokenForm } from '@gatehouse/domain/apim/token-request';
import { GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Application, SigningKey } from '@gatehouse/domain/registry/registry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenEvent } from './access-token.js';
import { createTokenSource } from './apim-token.js';
import type { Kms } from '../kms/kms.js';
import type { TokenHttpAnswer } from './token-transport.js';

const TOKEN_URL = 'https://int.api.service.nhs.uk/oauth2/token';
const key = (kid: string, state: SigningKey['state']) => ({ id: kid, kid, state }) as SigningKey;
const ACTIVE = key('kid-new', 'ACTIVE');
const RETIRING = key('kid-old', 'RETIRING');

function plan(identity = 'one', signingKeys: SigningKey[] = [RETIRING, ACTIVE]): RoutePlan {
  const application = { environment: 'int', apiKey: 'api-key', signingKeys } as unknown as Application;
  return {
    binding: { id: `binding ${identity}`, odsCode: 'R69', application },
    registryVersion: 1,
    signingKey: signingKeys.find(({ state }) => state === 'ACTIVE') ?? null,
    user: null,
    identity,
  };
}

const issued = (value: string, expires_in: unknown = '600'): TokenHttpAnswer => ({
  wasSent: true,
  status: 200,
  body: JSON.stringify({ access_token: value, expires_in, token_type: 'Bearer' }),
  retryAfter: null,
});
const failed = (status: number, description = 'x', retryAfter: string | null = null): TokenHttpAnswer => ({
  wasSent: true,
  status,
  body: JSON.stringify({ error_description: description, message_id: 'rrt-1' }),
  retryAfter,
});
const OURS = failed(400, "Non-unique 'jti'");
const NOT_SEEN = failed(401, 'no matching public key');
const CONFIGURATION = failed(401, "Invalid 'iss'/'sub' claims");

type Reply = TokenHttpAnswer | Error | Promise<TokenHttpAnswer>;

/** A key service and a token endpoint in memory; the n-th post is answered by the n-th reply, then by the last. */
function world(...replies: Reply[]) {
  const signed: { kid: string; assertion: UnsignedJwt }[] = [];
  const posts: { url: string; jws: string; atMs: number }[] = [];
  const events: TokenEvent[] = [];
  const state = { wallMs: 1_000_000, signing: null as Error | null };
  const notAsked = () => Promise.reject(new Error('not asked for'));
  const kms: Kms = {
    signAssertion: (of, assertion) => {
      if (state.signing !== null) return Promise.reject(state.signing);
      signed.push({ kid: of.kid, assertion });
      return Promise.resolve(`jws ${signed.length}`);
    },
    signOpenIdAssertion: notAsked,
    signCheckpoint: notAsked,
    signEvidence: notAsked,
    publicKey: notAsked,
    createSigningKey: notAsked,
    signingKeysOf: notAsked,
    disableKey: notAsked,
    isUsable: notAsked,
    keyState: notAsked,
    scheduleDeletion: notAsked,
    cancelDeletion: notAsked,
    generateDataKey: notAsked,
    decrypt: notAsked,
    counts: { signs: 0, failures: 0 },
    close: () => undefined,
  };
  const transport = {
    post: async (url: string, { client_assertion: jws = '' }: TokenForm) => {
      posts.push({ url, jws, atMs: performance.now() });
      const reply = await (replies[posts.length - 1] ?? replies.at(-1)!);
      if (reply instanceof Error) throw reply;
      return reply;
    },
    close: () => Promise.resolve(),
  };
  const source = createTokenSource({
    kms,
    transport,
    tokenUrlOf: () => TOKEN_URL,
    now: () => state.wallMs,
    monotonicNow: () => performance.now(),
    onEvent: (event) => events.push(event),
    killPoint: () => undefined,
  });
  /** The token's value, or the code of the error. */
  const get = (of = plan()) =>
    source.get(of).then(
      ({ value }) => value,
      (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
    );
  return { source, get, signed, posts, events, state, kids: () => signed.map(({ kid }) => kid) };
}
const herd = (get: () => Promise<string>) => Promise.all(Array.from({ length: 500 }, get));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('single flight (F21)', () => {
  it('500 requests at once without a token cause one signature and one call', async () => {
    const { get, signed, posts } = world(issued('a'), issued('b'));
    expect(new Set(await herd(get))).toEqual(new Set(['a']));
    expect([signed.length, posts.length]).toEqual([1, 1]);
    expect(await get()).toBe('a');
    expect(posts[0]).toMatchObject({ url: TOKEN_URL, jws: 'jws 1' });
  });

  it('when the call fails, every waiting request is rejected once, and the pause prevents a storm', async () => {
    const { get, posts } = world(CONFIGURATION, issued('b'));
    expect(new Set(await herd(get))).toEqual(new Set(['GW_TOKEN_REFUSED']));
    await pass(29_000);
    expect(new Set(await herd(get))).toEqual(new Set(['GW_TOKEN_REFUSED']));
    expect(posts).toHaveLength(1);
    await pass(1_001);
    expect(new Set(await herd(get))).toEqual(new Set(['b']));
    expect(posts).toHaveLength(2);
  });
});

describe('renewing a token for an operator', () => {
  it('calls APIM even if a token or a failure is cached, and its token replaces the cached one', async () => {
    const { source, get, posts } = world(issued('a'), CONFIGURATION, issued('b'));
    expect(await get()).toBe('a');
    await expect(source.renew(plan())).rejects.toMatchObject({ code: 'GW_TOKEN_REFUSED' });
    expect([await get(), posts.length]).toEqual(['a', 2]);
    const renewed = source.renew(plan());
    await pass(2_000);
    expect([(await renewed).value, await get(), posts.length]).toEqual(['b', 'b', 3]);
  });

  it('joins a call that is under way, and waits two seconds before the next', async () => {
    const { source, posts } = world(issued('a'), issued('b'));
    await Promise.all(Array.from({ length: 50 }, () => source.renew(plan())));
    expect(posts).toHaveLength(1);
    const again = source.renew(plan());
    await pass(1_900);
    expect(posts).toHaveLength(1);
    await pass(200);
    expect((await again).value).toBe('b');
  });
});

describe('what an answer leads to (F14, F15): attempts, keys, outcome', () => {
  it.each<[string, Reply[], string[], string]>([
    ['ours, then well', [OURS, issued('a')], ['kid-new', 'kid-new'], 'a'],
    ['ours twice', [OURS, OURS, issued('a')], ['kid-new', 'kid-new'], 'GW_TOKEN_REFUSED'],
    ['key not seen: the retiring key', [NOT_SEEN, issued('a')], ['kid-new', 'kid-old'], 'a'],
    ['neither key seen', [NOT_SEEN, NOT_SEEN, issued('a')], ['kid-new', 'kid-old'], 'GW_TOKEN_REFUSED'],
    ['configuration', [CONFIGURATION, issued('a')], ['kid-new'], 'GW_TOKEN_REFUSED'],
    ['403', [failed(403), issued('a')], ['kid-new'], 'GW_TOKEN_REFUSED'],
    ['malformed', [issued(''), issued('a')], ['kid-new'], 'GW_TOKEN_REFUSED'],
    ['500, then well', [failed(500), issued('a')], ['kid-new', 'kid-new'], 'a'],
    ['500 twice', [failed(500), failed(503), issued('a')], ['kid-new', 'kid-new'], 'GW_TOKEN_UNAVAILABLE'],
    ['429 with Retry-After', [failed(429, '', '7'), issued('a')], ['kid-new'], 'GW_TOKEN_UNAVAILABLE'],
    ['a transport that throws', [new Error('reset'), issued('a')], ['kid-new'], 'GW_TOKEN_UNAVAILABLE'],
  ])('%s', async (_, replies, kids, outcome) => {
    const made = world(...replies);
    expect(await made.get()).toBe(outcome);
    expect(made.kids()).toEqual(kids);
    expect(made.events.map(({ kid }) => kid)).toEqual(kids.slice(0, made.events.length));
    // APIM burns a jti even when the attempt fails.
    expect(new Set(made.signed.map(({ assertion }) => assertion.claims.jti)).size).toBe(kids.length);
    expect(new Set(made.posts.map(({ jws }) => jws)).size).toBe(kids.length);
  });

  it('APIM doesn’t know the key, and there is no retiring key to fall back to: one attempt', async () => {
    const { get, posts } = world(NOT_SEEN, issued('a'));
    expect(await get(plan('one', [key('kid-gone', 'REMOVED'), ACTIVE]))).toBe('GW_TOKEN_REFUSED');
    expect(posts).toHaveLength(1);
  });

  it('the audit trail gets the key that signed', async () => {
    const { source } = world(NOT_SEEN, issued('a'));
    expect(await source.get(plan())).toMatchObject({ kid: 'kid-old' });
    expect(source.activeKeys()).toEqual([RETIRING]);
  });

  it('no active key: nothing is signed', async () => {
    const { get, signed } = world(issued('a'));
    expect(await get(plan('one', [RETIRING]))).toBe('GW_KEY_MISSING');
    expect(signed).toEqual([]);
  });

  it('the assertion is for the URL called, by the API key, at the wall clock', async () => {
    const { get, signed } = world(issued('a'));
    await get();
    expect(signed[0]?.assertion.claims).toMatchObject({ aud: TOKEN_URL, iss: 'api-key', exp: 1_000 + 240 });
  });

  it('events say what happened, and never contain the token', async () => {
    const { get, events, source } = world(OURS, issued('secret-token'));
    await get();
    const idHash = createHash('sha256').update('secret-token').digest('hex').slice(0, 32);
    expect(events).toMatchObject([
      { kind: 'MINT_FAILED', fault: 'ours', messageId: 'rrt-1', description: "Non-unique 'jti'" },
      { kind: 'MINT_OK', kid: 'kid-new', lifeS: 600, idHash },
    ]);
    expect(JSON.stringify(events)).not.toContain('secret-token');
    expect(await source.get(plan())).toMatchObject({ bindingId: 'binding one', kid: 'kid-new', idHash });
  });
});

describe('the pause after a failure', () => {
  it.each<[string, Reply, number]>([
    ['configuration', CONFIGURATION, 30_000],
    ['a Retry-After of 7: never earlier', failed(429, '', '7'), 7_000],
    ['a Retry-After of 0: two seconds all the same', failed(503, '', '0'), 2_000],
    ['a Retry-After of eleven days: two minutes', failed(503, '', '999999'), 120_000],
  ])('%s', async (_, reply, pauseMs) => {
    for (const random of [0, 0.999]) {
      vi.spyOn(Math, 'random').mockReturnValue(random);
      const { get, posts } = world(reply, issued('a'));
      await get();
      await pass(pauseMs - 1);
      await get();
      expect(posts).toHaveLength(1);
      await pass(pauseMs * 0.4 + 1);
      expect(await get()).toBe('a');
    }
  });

  it('grows with failures in a row, up to a bound, and is forgotten after a success', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const down = failed(503, '', '0');
    const { get, posts, source } = world(...Array<Reply>(7).fill(down), issued('a'), down, issued('b'));
    const firstTry = async (expected: string): Promise<number> => {
      const fromMs = performance.now();
      const before = posts.length;
      let answer = await get();
      while (posts.length === before) {
        await pass(100);
        answer = await get();
      }
      expect(answer).toBe(expected);
      return performance.now() - fromMs;
    };
    await get();
    const waits: number[] = [];
    for (let nth = 1; nth < 7; nth += 1) waits.push(await firstTry('GW_TOKEN_UNAVAILABLE'));
    expect(waits).toEqual([2_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    await firstTry('a');
    source.discard(plan(), await source.get(plan()));
    await get();
    expect(await firstTry('b')).toBe(2_000);
  });

  it('is announced to the caller with its length', async () => {
    const { source } = world(failed(429, '', '7'));
    await expect(source.get(plan())).rejects.toMatchObject({ retryAfterS: 7 });
  });
});

describe('the life of a token', () => {
  it.each(['5', 5, '29'])(
    'a token with a life of %j s is not cached, and at most one a second is requested',
    async (life) => {
      const tokens = ['a', 'b', 'c', 'd'];
      const { get, posts } = world(...tokens.map((value) => issued(value, life)));
      const answers: Promise<string>[] = [];
      for (let tick = 0; tick < 30; tick += 1) {
        answers.push(get());
        await pass(100);
      }
      const gaps = posts.slice(1).map(({ atMs }, index) => atMs - posts[index]!.atMs);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
      expect([3, 4]).toContain(posts.length);
      expect(new Set(await Promise.all(answers))).toEqual(new Set(tokens.slice(0, posts.length)));
    },
  );

  it('a token with a life of 30 s is cached', async () => {
    const { get, posts } = world(issued('a', '30'), issued('b'));
    await get();
    await pass(17_000);
    expect(await get()).toBe('a');
    expect(posts).toHaveLength(1);
  });

  it.each([
    [0, 360_000],
    [0.999, 479_880],
  ])(
    'is refreshed between 60 and 80 %% of its life, while the old token is still used (%d)',
    async (random, dueMs) => {
      vi.spyOn(Math, 'random').mockReturnValue(random);
      let arrive: (answer: TokenHttpAnswer) => void = () => undefined;
      const slow = new Promise<TokenHttpAnswer>((resolve) => (arrive = resolve));
      const { get, posts } = world(issued('a'), slow);
      await get();
      await pass(dueMs - 1);
      expect([await get(), posts.length]).toEqual(['a', 1]);
      await pass(1);
      expect(new Set(await herd(get))).toEqual(new Set(['a']));
      expect(posts).toHaveLength(2);
      // Five seconds before its end it is no longer given out: the flight under way is waited for.
      await pass(594_999 - dueMs);
      expect(await get()).toBe('a');
      await pass(1);
      const waiting = get();
      arrive(issued('b'));
      expect([await waiting, await get(), posts.length]).toEqual(['b', 'b', 2]);
    },
  );

  it('a refresh that fails leaves the old token in use, without a storm', async () => {
    const { get, posts } = world(issued('a'), CONFIGURATION);
    await get();
    await pass(500_000);
    for (let round = 0; round < 5; round += 1) expect(new Set(await herd(get))).toEqual(new Set(['a']));
    expect(posts).toHaveLength(2);
    await pass(95_000);
    expect(await get()).toBe('GW_TOKEN_REFUSED');
  });

  it.each([
    ['GW_SIGNING_UNAVAILABLE', 'a'],
    ['GW_KEY_UNUSABLE', 'GW_KEY_UNUSABLE'],
  ] as const)('a refresh that ends in %s: then %s (F9, F10)', async (code, then) => {
    const { get, state, posts } = world(issued('a'));
    await get();
    await pass(500_000);
    state.signing = new GatewayError(code);
    await get();
    await pass(0);
    expect(await get()).toBe(then);
    expect(posts).toHaveLength(1);
  });

  it.each([-3_600_000, 3_600_000])('does not move with the wall clock (%i ms)', async (jumpMs) => {
    const { get, state, posts } = world(issued('a'), issued('b'));
    await get();
    state.wallMs += jumpMs;
    await pass(300_000);
    expect([await get(), posts.length]).toEqual(['a', 1]);
    state.wallMs = 0;
    await pass(295_000);
    expect([await get(), posts.length]).toEqual(['b', 2]);
  });
});

describe('forgetting', () => {
  it('a rejected token is forgotten, but never the token that replaced it', async () => {
    const { source, get, posts } = world(issued('a'), issued('b'), issued('c'));
    const old = await source.get(plan());
    source.discard(plan(), old);
    expect(await get()).toBe('b');
    source.discard(plan(), old);
    source.discard(plan('two'), old);
    expect([await get(), posts.length]).toEqual(['b', 2]);
  });

  it('closes the binding for 30 s when a token that was requested after a rejection is rejected too', async () => {
    const { source, get, posts } = world(issued('a'), issued('b'), issued('c'));
    expect(source.discard(plan(), await source.get(plan()))).toBe(true);
    await pass(10);
    expect(source.discard(plan(), await source.get(plan()))).toBe(false);
    expect(await get()).toBe('GW_UPSTREAM_TOKEN');
    await pass(29_999);
    expect([await get(), posts.length]).toEqual(['GW_UPSTREAM_TOKEN', 2]);
    await pass(1);
    expect([await get(), posts.length]).toEqual(['c', 3]);
  });

  it('does not close it when a refresh that was under way is revoked together with the old token', async () => {
    const refreshed = Promise.withResolvers<TokenHttpAnswer>();
    const { source, get, posts } = world(issued('a'), refreshed.promise, issued('c'));
    const old = await source.get(plan());
    await pass(500_000);
    await get();
    expect(source.discard(plan(), old)).toBe(true);
    const next = source.get(plan());
    refreshed.resolve(issued('b'));
    expect(source.discard(plan(), await next)).toBe(true);
    expect([await get(), posts.length]).toEqual(['c', 3]);
  });

  it('forgets all tokens of a key, and no others', async () => {
    const other = plan('two', [key('kid-2', 'ACTIVE')]);
    const { source, get } = world(issued('a'), issued('b'), issued('c'));
    await get();
    await get(other);
    expect(source.activeKeys().map(({ kid }) => kid)).toEqual(['kid-new', 'kid-2']);
    source.discardKey('kid-new');
    expect(source.activeKeys().map(({ kid }) => kid)).toEqual(['kid-2']);
    expect([await get(other), await get()]).toEqual(['b', 'c']);
    await pass(595_000);
    expect(source.activeKeys()).toEqual([]);
  });

  it('two plans whose identities differ in any part never share a token, a pause or a call', async () => {
    const parts = [
      'int',
      'b1',
      'R69',
      'app',
      'application-restricted',
      'provider',
      '200000002454',
      'k',
      'kid',
    ];
    const identities = [parts, ...parts.map((_, at) => parts.with(at, 'x'))].map((of) => JSON.stringify(of));
    const { get, posts } = world(CONFIGURATION, ...identities.map((_, at) => issued(`t${at}`)));
    const answers = await Promise.all(identities.map((identity) => get(plan(identity))));
    expect(answers[0]).toBe('GW_TOKEN_REFUSED');
    expect(new Set(answers).size).toBe(identities.length);
    expect(posts).toHaveLength(identities.length);
  });
});
