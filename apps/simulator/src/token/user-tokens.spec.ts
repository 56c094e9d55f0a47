import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assertion, publicJwk, startHarness, type Change, type Harness } from '../testing/harness.js';
import { CLIENT, putClient, signIn } from '../testing/relying-party.js';
import type { UserGrant } from './user-grants.js';

const KEY = 'key-of-r69';
const SECRET = 'secret-of-r69';
const CALLBACK = 'http://127.0.0.1:9/auth/apim/callback';
const ROSA = '656005750104';
const HOUR_MS = 3_600_000;
const NOT_CONFIGURED =
  'you have tried to request authorization but your application is not configured to use this authorization grant type';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(async () => {
  await h.control('POST', '/reset');
  await h.control('POST', '/clock', { offsetMs: 0 });
  await h.control('POST', '/options', { rateLimits: false, refreshEndsAccessToken: false });
  await h.putApp(KEY);
  await h.control('PUT', `/apps/${KEY}`, { apiSecret: SECRET, callbackUrl: CALLBACK });
  h.jwks.body = JSON.stringify({ keys: [publicJwk('test-1')] });
  await putClient(h);
});

type Answer = { status: number; body: Record<string, string> };
const ask = async (form: Record<string, string | undefined>): Promise<Answer> => {
  const given = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const response = await h.tokenRequest(Object.fromEntries(given));
  return { status: response.status, body: JSON.parse(response.body) as Record<string, string> };
};
const idToken = async (change: object = {}) =>
  (
    await h.control<{ id_token: string }>('POST', '/cis2/id-tokens', {
      userId: ROSA,
      clientId: CLIENT,
      ...change,
    })
  ).id_token;
const exchangeForm = async (change: Record<string, string | undefined> = {}) => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  subject_token: 'subject_token' in change ? undefined : await idToken(),
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion(KEY, h.sim.tokenUrl),
  ...change,
});
const exchange = async (change: Record<string, string | undefined> = {}) => ask(await exchangeForm(change));
const refreshForm = (refreshToken: string | undefined) => ({
  grant_type: 'refresh_token',
  client_id: KEY,
  client_secret: SECRET,
  refresh_token: refreshToken,
});
const refresh = (refreshToken: string | undefined) => ask(refreshForm(refreshToken));
const moveClock = (offsetMs: number) => h.control('POST', '/clock', { offsetMs });
const callErs = async (accessToken: string | undefined) =>
  (await h.ers('GET', '/FHIR/R4/PractitionerRole', { Authorization: `Bearer ${accessToken ?? ''}` })).status;

/** Status, error and description; the message id varies. */
function expectRefusal({ status, body }: Answer, expected: number, error: string, description: string): void {
  expect({ status, ...body }).toEqual({
    status: expected,
    error,
    error_description: description,
    message_id: expect.stringMatching(/^rrt-\d+-b-geu2-\d+-\d+-1$/),
  });
}

describe('token exchange (docs/reference/protocol-facts.md §5)', () => {
  it('returns numbers as strings, and a token that acts for the subject', async () => {
    const { status, body } = await exchange();
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_in: '599',
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      refresh_token: expect.any(String),
      refresh_token_expires_in: '43199',
      refresh_count: '0',
    });
    expect(await callErs(body['access_token'])).toBe(200);
    const [token, ers] = (await h.requests()).filter(({ target }) => target !== 'cis2');
    expect(token).toMatchObject({
      target: 'token',
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      apiKey: KEY,
      userId: ROSA,
    });
    expect(ers).toMatchObject({ target: 'ers', userId: ROSA, accessMode: 'user-restricted' });
    expect((await h.counters()).tokenExchanges).toBe(1);
  });

  it.each<[string, object, number, string, string]>([
    [
      'kid missing',
      { header: { kid: null } },
      400,
      'invalid_request',
      "Missing 'kid' header in subject_token JWT",
    ],
    [
      'typ of another kind',
      { header: { typ: 'at+jwt' } },
      400,
      'invalid_request',
      "Invalid 'typ' header in subject_token JWT - must be 'JWT'",
    ],
    [
      'alg missing',
      { header: { alg: null } },
      400,
      'invalid_request',
      "Missing 'alg' header in subject_token JWT",
    ],
    [
      'exp missing',
      { claims: { exp: null } },
      400,
      'invalid_request',
      "Missing 'exp' claim in subject_token JWT",
    ],
    [
      'exp a string',
      { claims: { exp: '1893456000' } },
      400,
      'invalid_request',
      "Invalid 'exp' claim in subject_token JWT - must be an integer",
    ],
    [
      'exp past',
      { claims: { exp: 1_600_000_000 } },
      400,
      'invalid_request',
      "Invalid 'exp' claim in subject_token JWT - JWT has expired",
    ],
    [
      'iss missing',
      { claims: { iss: null } },
      400,
      'invalid_request',
      "Missing 'iss' claim in subject_token JWT",
    ],
    [
      'aud missing',
      { claims: { aud: null } },
      401,
      'invalid_request',
      "Missing 'aud' claim in subject_token JWT",
    ],
    [
      'iss of another environment',
      {
        claims: {
          iss: 'https://am.nhsidentity.spineservices.nhs.uk:443/openam/oauth2/realms/root/realms/oidc',
        },
      },
      400,
      'invalid_request',
      "Missing or non-matching 'iss' claim in subject_token JWT",
    ],
    [
      'the service that resembles CIS1',
      { userId: '656005750118' },
      400,
      'invalid_request',
      "Missing or non-matching 'iss' claim in subject_token JWT",
    ],
    [
      'kid of no key',
      { header: { kid: 'other' } },
      401,
      'invalid_request',
      "Invalid 'kid' header in subject_token JWT - no matching public key",
    ],
    [
      'a broken signature',
      { signature: 'broken' },
      401,
      'public_key error',
      'JWT signature verification failed',
    ],
    ['another key', { signature: 'other-key' }, 401, 'public_key error', 'JWT signature verification failed'],
    [
      'alg none',
      { header: { alg: 'none' } },
      400,
      'invalid_request',
      "Invalid 'alg' header in subject_token JWT - unsupported JWT algorithm",
    ],
    ['AAL1', { userId: '656005750110' }, 401, 'unauthorized_client', NOT_CONFIGURED],
    [
      'no level',
      { claims: { authentication_assurance_level: null } },
      401,
      'unauthorized_client',
      NOT_CONFIGURED,
    ],
  ])('%s is refused', async (_name, change, status, error, description) => {
    expectRefusal(await exchange({ subject_token: await idToken(change) }), status, error, description);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    [
      'another client_assertion_type',
      { client_assertion_type: 'jwt' },
      "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
    ],
    [
      'no subject_token_type',
      { subject_token_type: undefined },
      "missing or invalid subject_token_type - must be 'urn:ietf:params:oauth:token-type:id_token'",
    ],
    ['no subject_token', { subject_token: undefined }, 'Missing subject_token'],
    ['a subject_token that is no JWT', { subject_token: 'x' }, 'Malformed JWT in subject_token'],
    ['no client_assertion', { client_assertion: undefined }, 'Missing client_assertion'],
  ])('%s', async (_name, change, description) => {
    expectRefusal(await exchange(change), 400, 'invalid_request', description);
  });

  it('checks are made in order: each fault is reported before all later ones', async () => {
    const faults: [string, { header?: Change; claims?: Change }][] = [
      ["'kid'", { header: { kid: null } }],
      ["'typ'", { header: { typ: null } }],
      ["'alg'", { header: { alg: null } }],
      ["Missing 'exp'", { claims: { exp: null } }],
      ["Missing 'iss'", { claims: { iss: null } }],
      ["Missing 'aud'", { claims: { aud: null } }],
    ];
    for (const [i, [name]] of faults.entries()) {
      const rest = faults.slice(i).map(([, change]) => change);
      const change = {
        header: Object.assign({}, ...rest.map(({ header }) => header)) as Change,
        claims: Object.assign({}, ...rest.map(({ claims }) => claims)) as Change,
        signature: 'broken',
      };
      const { body } = await exchange({ subject_token: await idToken(change) });
      expect(body['error_description']).toContain(name);
    }
  });
  it('aud is never compared, and the level may be a number', async () => {
    const change = { claims: { aud: 'somebody-else', authentication_assurance_level: 2 } };
    expect((await exchange({ subject_token: await idToken(change) })).status).toBe(200);
  });
  it('the client assertion comes first, and its jti is spent whatever the subject token is', async () => {
    const jti = randomUUID();
    const signed = () => assertion(KEY, h.sim.tokenUrl, { jti });
    const both = await exchange({
      client_assertion: assertion(KEY, 'https://other', {}),
      subject_token: await idToken({ header: { kid: null } }),
    });
    expect(both.body['error_description']).toContain('client_assertion');
    const first = await exchange({ client_assertion: signed(), subject_token: 'x' });
    expect(first.body['error_description']).toBe('Malformed JWT in subject_token');
    const second = await exchange({ client_assertion: signed() });
    expect(second.body['error_description']).toBe("Non-unique 'jti' claim in client_assertion JWT");
  });
  it('needs the product of user-restricted access', async () => {
    await h.putApp(KEY, { products: ['application-restricted'] });
    expectRefusal(await exchange(), 401, 'unauthorized_client', NOT_CONFIGURED);
  });
  it('gives a person with IAL2 a token, which e-RS refuses', async () => {
    const { body } = await exchange({ subject_token: await idToken({ userId: '656005750115' }) });
    expect(await callErs(body['access_token'])).toBe(401);
  });
  it("CIS2's keys are kept for 24 h and fetched again for an unknown kid", async () => {
    const fetches = async () =>
      (await h.requests()).filter(({ path }) => path.endsWith('/connect/jwk_uri')).length;
    await exchange();
    await exchange();
    expect(await fetches()).toBe(1);
    await h.control('POST', '/cis2/keys/rotate', { keepOld: false });
    expect((await exchange()).status).toBe(200);
    expect(await fetches()).toBe(2);
    await h.control('POST', '/faults', { target: 'cis2', fault: { resetBeforeResponse: true } });
    expect((await exchange()).status).toBe(200);
    const stranger = await idToken({ header: { kid: 'other' } });
    expect((await exchange({ subject_token: stranger })).body['error']).toBe('unknown_error');
  });
});

describe('refresh (docs/reference/protocol-facts.md §5)', () => {
  it('returns a new pair, and each refresh token can be used once', async () => {
    const first = (await exchange()).body;
    const second = await refresh(first['refresh_token']);
    expect(second).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        expires_in: '599',
        refresh_token: expect.any(String),
        refresh_token_expires_in: expect.stringMatching(/^431\d\d$/),
        refresh_count: '1',
        token_type: 'Bearer',
      },
    });
    expect([await callErs(first['access_token']), await callErs(second.body['access_token'])]).toEqual([
      200, 200,
    ]);
    expectRefusal(await refresh(first['refresh_token']), 401, 'invalid_grant', 'refresh_token is invalid');
    expect((await refresh(second.body['refresh_token'])).body['refresh_count']).toBe('2');
    expect(await h.counters()).toMatchObject({
      tokenExchanges: 1,
      tokenRefreshes: 2,
      refreshTokensReused: 1,
    });
    expect(await h.control<UserGrant[]>('GET', '/user-grants')).toMatchObject([
      { apiKey: KEY, userId: ROSA, pattern: 'separate', refreshes: 2, refreshTokensReused: 1 },
    ]);
    expect((await h.requests()).at(-1)).toMatchObject({
      grantType: 'refresh_token',
      apiKey: KEY,
      userId: ROSA,
    });
  });
  it.each<[string, Record<string, string | undefined>, number, string, string]>([
    ['no client_id', { client_id: undefined }, 401, 'invalid_request', 'client_id is missing'],
    [
      'an unknown client_id',
      { client_id: 'x' },
      401,
      'invalid_client',
      'client_id or client_secret is invalid',
    ],
    ['no client_secret', { client_secret: undefined }, 401, 'invalid_request', 'client_secret is missing'],
    [
      'another client_secret',
      { client_secret: 'x' },
      401,
      'invalid_client',
      'client_id or client_secret is invalid',
    ],
    ['no refresh_token', { refresh_token: undefined }, 400, 'invalid_request', 'refresh_token is missing'],
    ['an unknown refresh_token', { refresh_token: 'x' }, 401, 'invalid_grant', 'refresh_token is invalid'],
  ])('%s is refused, and the token remains valid', async (_name, change, status, error, description) => {
    const { body } = await exchange();
    const form = { ...refreshForm(body['refresh_token']), ...change };
    expectRefusal(await ask(form), status, error, description);
    expect((await refresh(body['refresh_token'])).status).toBe(200);
  });
  it('another application cannot use it', async () => {
    await h.putApp('key-of-x26');
    await h.control('PUT', '/apps/key-of-x26', { apiSecret: 'x26' });
    const { body } = await exchange();
    const form = { ...refreshForm(body['refresh_token']), client_id: 'key-of-x26', client_secret: 'x26' };
    expectRefusal(await ask(form), 401, 'invalid_grant', 'refresh_token is invalid');
  });
  it('lives for the lesser of its own life and the end of the 12 h', async () => {
    const first = (await exchange()).body;
    await moveClock(5 * HOUR_MS);
    const second = (await refresh(first['refresh_token'])).body;
    expect(Number(second['refresh_token_expires_in'])).toBeGreaterThan(7 * 3600 - 60);
    expect(Number(second['refresh_token_expires_in'])).toBeLessThan(7 * 3600);
    const short = { ...refreshForm(second['refresh_token']), _refresh_token_expiry_ms: '60000' };
    const third = (await ask(short)).body;
    expect(third['refresh_token_expires_in']).toBe('59');
    await moveClock(5 * HOUR_MS + 61_000);
    expectRefusal(
      await refresh(third['refresh_token']),
      401,
      'invalid_grant',
      'refresh token refresh period has expired',
    );
  });
  it('is refused after 12 h, and the token is spent nevertheless', async () => {
    const { body } = await exchange();
    await moveClock(12 * HOUR_MS + 1_000);
    const description = 'refresh token refresh period has expired';
    expectRefusal(await refresh(body['refresh_token']), 401, 'invalid_grant', description);
    expectRefusal(await refresh(body['refresh_token']), 401, 'invalid_grant', 'refresh_token is invalid');
    expect((await h.counters()).refreshTokensReused).toBe(1);
  });
  it('succeeds once if 20 requests come at once with one token', async () => {
    const { body } = await exchange();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(body['refresh_token'])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await h.counters()).refreshTokensReused).toBe(19);
  });
  it('can fail by itself, by a fault that names the grant', async () => {
    const match = { grantType: 'refresh_token' };
    await h.control('POST', '/faults', { target: 'token', match, fault: { status: 503, body: '{}' } });
    const { status, body } = await exchange();
    expect([status, (await refresh(body['refresh_token'])).status]).toEqual([200, 503]);
  });
  it('ends the old access token only where that is switched on', async () => {
    await h.control('POST', '/options', { refreshEndsAccessToken: true });
    const { body } = await exchange();
    await refresh(body['refresh_token']);
    expect(await callErs(body['access_token'])).toBe(401);
  });
});

describe('combined authentication (docs/reference/protocol-facts.md §6)', () => {
  const authorizeUrl = (change: Record<string, string | null> = {}) => {
    const url = new URL(`${h.sim.apimUrl}/oauth2/authorize`);
    const parameters: Record<string, string | null> = {
      client_id: KEY,
      redirect_uri: CALLBACK,
      response_type: 'code',
      state: 'state-1',
      ...change,
    };
    for (const [name, value] of Object.entries(parameters))
      if (value !== null) url.searchParams.set(name, value);
    return url.href;
  };
  const codeFor = async (userId: string, change?: Record<string, string | null>) =>
    (await signIn(authorizeUrl(change), userId, CALLBACK)).searchParams.get('code') ?? '';
  const codeForm = (code: string | undefined) => ({
    grant_type: 'authorization_code',
    client_id: KEY,
    client_secret: SECRET,
    redirect_uri: CALLBACK,
    code,
  });
  const userinfo = async (accessToken: string | undefined) => {
    const response = await fetch(`${h.sim.apimUrl}/oauth2/userinfo`, {
      headers: { Authorization: `Bearer ${accessToken ?? ''}` },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('a code is returned with the state and exchanged for tokens without an ID token; userinfo names the user', async () => {
    const landed = await signIn(authorizeUrl(), ROSA, CALLBACK);
    expect([...landed.searchParams.keys()].sort()).toEqual(['code', 'state']);
    expect(landed.searchParams.get('state')).toBe('state-1');
    const { status, body } = await ask(codeForm(landed.searchParams.get('code') ?? ''));
    expect([status, Object.keys(body).sort()]).toEqual([
      200,
      [
        'access_token',
        'expires_in',
        'refresh_count',
        'refresh_token',
        'refresh_token_expires_in',
        'token_type',
      ],
    ]);
    expect([body['expires_in'], body['refresh_token_expires_in'], body['refresh_count']]).toEqual([
      '599',
      '43199',
      '0',
    ]);
    const who = await userinfo(body['access_token']);
    expect(who).toMatchObject({ status: 200, body: { sub: ROSA, nhsid_useruid: ROSA } });
    expect(Object.keys(who.body).filter((name) => name.includes('assurance'))).toEqual([]);
    expect(await callErs(body['access_token'])).toBe(200);
    expect((await refresh(body['refresh_token'])).body['refresh_count']).toBe('1');
  });
  it.each<[string, Record<string, string | null>, number, string]>([
    ['no client_id', { client_id: null }, 401, 'client_id is missing'],
    ['an unknown client_id', { client_id: 'x' }, 401, 'client_id is invalid'],
    ['no redirect_uri', { redirect_uri: null }, 400, 'redirect_uri is missing'],
    ['a redirect_uri with a query more', { redirect_uri: `${CALLBACK}?x=1` }, 400, 'redirect_uri is invalid'],
  ])('%s is refused without a redirect', async (_name, change, status, description) => {
    const response = await fetch(authorizeUrl(change), { redirect: 'manual' });
    const body = (await response.json()) as Record<string, string>;
    expectRefusal({ status: response.status, body }, status, 'invalid_request', description);
  });
  it.each<[string, Record<string, string | null>, Record<string, string>]>([
    ['no state', { state: null }, { error: 'invalid_request', error_description: 'state is missing' }],
    [
      'no response_type',
      { response_type: null },
      { error: 'invalid_request', error_description: 'response_type is missing', state: 'state-1' },
    ],
    [
      'another response_type',
      { response_type: 'token' },
      { error: 'unsupported_response_type', error_description: 'response_type is invalid', state: 'state-1' },
    ],
  ])('%s is reported at the redirect URI', async (_name, change, expected) => {
    const response = await fetch(authorizeUrl(change), { redirect: 'manual' });
    const location = new URL(response.headers.get('location') ?? '');
    expect([response.status, location.origin + location.pathname]).toEqual([302, CALLBACK]);
    expect(Object.fromEntries(location.searchParams)).toEqual(expected);
  });
  it.each<[string, Record<string, string | undefined>, number, string, string]>([
    [
      'another secret',
      { client_secret: 'x' },
      401,
      'invalid_client',
      'client_id or client_secret is invalid',
    ],
    ['no redirect_uri', { redirect_uri: undefined }, 400, 'invalid_request', 'redirect_uri is missing'],
    [
      'another redirect_uri',
      { redirect_uri: 'http://x/' },
      400,
      'invalid_request',
      'redirect_uri is invalid',
    ],
    ['no code', { code: undefined }, 400, 'invalid_request', 'authorization_code is missing'],
    ['an unknown code', { code: 'x' }, 400, 'invalid_grant', 'authorization_code is invalid'],
  ])('the code with %s is refused', async (_name, change, status, error, description) => {
    expectRefusal(await ask({ ...codeForm(await codeFor(ROSA)), ...change }), status, error, description);
  });
  it('a sign-in that is cancelled at CIS2 is reported at the redirect URI, with the state', async () => {
    const { searchParams } = await signIn(authorizeUrl(), '', CALLBACK);
    expect([searchParams.get('error'), searchParams.get('state')]).toEqual(['access_denied', 'state-1']);
  });
  it('a callback with an unknown state is refused', async () => {
    const response = await fetch(`${h.sim.apimUrl}/oauth2/callback?code=x&state=x`);
    const body = (await response.json()) as Record<string, string>;
    expectRefusal({ status: response.status, body }, 400, 'invalid_request', 'Invalid state parameter.');
  });
  it('a code can be used once, within 300 s', async () => {
    const code = await codeFor(ROSA);
    expect((await ask(codeForm(code))).status).toBe(200);
    expect((await ask(codeForm(code))).body['error']).toBe('invalid_grant');
    const late = await codeFor(ROSA);
    await moveClock(301_000);
    expect((await ask(codeForm(late))).body['error']).toBe('invalid_grant');
  });
  it('acr_values reach CIS2; the default is AAL3_ANY', async () => {
    const grantOf = async (change?: Record<string, string | null>) => {
      await ask(codeForm(await codeFor('656005750111', change)));
      return (await h.control<UserGrant[]>('GET', '/user-grants')).at(-1)?.aal;
    };
    expect([await grantOf(), await grantOf({ acr_values: 'AAL2_OR_AAL3_ANY' })]).toEqual([3, 2]);
  });
  it('userinfo refuses a token of the exchange, and one that belongs to no user', async () => {
    const exchanged = await userinfo((await exchange()).body['access_token']);
    expect([exchanged.status, exchanged.body['error_description']]).toEqual([
      400,
      expect.stringContaining('only supported for Combined Auth'),
    ]);
    expect((await userinfo('x')).status).toBe(401);
  });
  it('a CIS2 logout ends the refresh token at once, and a cached access token within 180 s', async () => {
    const { body } = await ask(codeForm(await codeFor(ROSA)));
    expect(await callErs(body['access_token'])).toBe(200);
    await h.control('POST', '/cis2/logout', { userId: ROSA });
    expect((await refresh(body['refresh_token'])).body['error_description']).toBe('refresh_token is invalid');
    await moveClock(120_000);
    expect(await callErs(body['access_token'])).toBe(200);
    await moveClock(181_000);
    expect(await callErs(body['access_token'])).toBe(401);
  });
  it('a CIS2 logout leaves tokens of the exchange alone', async () => {
    const { body } = await exchange();
    await h.control('POST', '/cis2/logout', { userId: ROSA });
    await moveClock(200_000);
    expect(await callErs(body['access_token'])).toBe(200);
    expect((await refresh(body['refresh_token'])).status).toBe(200);
  });
});

it('a token revoked by the control API passes at most 180 s more if it was in the cache', async () => {
  const used = (await exchange()).body['access_token'];
  const unused = (await exchange()).body['access_token'];
  await callErs(used);
  await h.control('POST', '/tokens/revoke', { apiKey: KEY, throughCache: true });
  expect([await callErs(used), await callErs(unused)]).toEqual([200, 401]);
  await moveClock(181_000);
  expect(await callErs(used)).toBe(401);
});
