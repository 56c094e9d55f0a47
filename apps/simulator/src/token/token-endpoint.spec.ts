import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  assertion,
  publicJwk,
  startHarness,
  strangerJwk,
  tokenForm,
  type Change,
  type Harness,
} from '../testing/harness.js';
import { rawRequest, sendRaw, type RawResponse } from '../testing/raw-request.js';

let h: Harness;
const KEY = 'key-of-r69';

beforeAll(async () => {
  h = await startHarness({ jwksFetchTimeoutMs: 300 });
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(async () => {
  await h.control('POST', '/reset');
  await h.control('POST', '/clock', { offsetMs: 0 });
  await h.control('POST', '/options', { rateLimits: false });
  await h.putApp(KEY);
  Object.assign(h.jwks, {
    status: 200,
    body: JSON.stringify({ keys: [publicJwk('test-1')] }),
    fetches: 0,
    delayMs: 0,
  });
});

const signed = (claims: Change = {}, header: Change = {}) => assertion(KEY, h.sim.tokenUrl, claims, header);
const ask = (claims: Change = {}, header: Change = {}) => h.tokenRequest(tokenForm(signed(claims, header)));
const errorOf = (response: RawResponse) => JSON.parse(response.body) as Record<string, string>;

/** Status line, headers and the whole body; only the message id varies. */
function expectRefusal(response: RawResponse, statusLine: string, error: string, description: string): void {
  expect(response.statusLine).toBe(`HTTP/1.1 ${statusLine}`);
  expect(response.headers['content-type']).toBe('application/json');
  const { message_id: messageId, ...rest } = errorOf(response);
  expect(messageId).toMatch(/^rrt-\d+-b-geu2-\d+-\d+-1$/);
  expect(rest).toEqual({ error, error_description: description });
}

const now = () => Math.floor(Date.now() / 1000);
const ASSERTION_TYPE =
  "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'";
const BAD = '400 Bad Request';

describe('a token request is rejected (docs/reference/protocol-facts.md §3.5)', () => {
  it.each<[string, () => Promise<RawResponse>, string, string, string]>([
    [
      'a charset after the content type',
      () =>
        h.tokenRequest(tokenForm(signed()), {
          'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
        }),
      '415 Unsupported Media Type',
      'invalid_request',
      'Content-Type header must be application/x-www-form-urlencoded',
    ],
    [
      'no content type',
      () => sendRaw(h.sim.apimUrl, rawRequest('POST', '/oauth2/token', {}, 'grant_type=client_credentials')),
      '415 Unsupported Media Type',
      'invalid_request',
      'Content-Type header must be application/x-www-form-urlencoded',
    ],
    ['grant_type missing', () => h.tokenRequest({}), BAD, 'invalid_request', 'grant_type is missing'],
    [
      'an unknown grant_type',
      () => h.tokenRequest(tokenForm(signed(), { grant_type: 'password' })),
      BAD,
      'unsupported_grant_type',
      'grant_type is invalid',
    ],
    [
      'client_assertion_type wrong',
      () => h.tokenRequest(tokenForm(signed(), { client_assertion_type: 'jwt' })),
      BAD,
      'invalid_request',
      ASSERTION_TYPE,
    ],
    [
      'client_assertion missing',
      () => h.tokenRequest(tokenForm('')),
      BAD,
      'invalid_request',
      'Missing client_assertion',
    ],
    [
      'client_assertion not a JWT',
      () => h.tokenRequest(tokenForm('invalid')),
      BAD,
      'invalid_request',
      'Malformed JWT in client_assertion',
    ],
    [
      'alg missing',
      () => ask({}, { alg: undefined }),
      BAD,
      'invalid_request',
      "Missing 'alg' header in client_assertion JWT",
    ],
    [
      'alg RS256',
      () => ask({}, { alg: 'RS256' }),
      BAD,
      'invalid_request',
      "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'",
    ],
    [
      'expired',
      () => ask({ exp: now() - 20 }),
      BAD,
      'invalid_request',
      "Invalid 'exp' claim in client_assertion JWT - JWT has expired",
    ],
    [
      'kid missing',
      () => ask({}, { kid: undefined }),
      BAD,
      'invalid_request',
      "Missing 'kid' header in client_assertion JWT",
    ],
    [
      'typ missing',
      () => ask({}, { typ: undefined }),
      BAD,
      'invalid_request',
      "Invalid 'typ' header in client_assertion JWT - must be 'JWT'",
    ],
    [
      'exp missing',
      () => ask({ exp: undefined }),
      BAD,
      'invalid_request',
      "Missing 'exp' claim in client_assertion JWT",
    ],
    [
      'exp a string',
      () => ask({ exp: String(now() + 200) }),
      BAD,
      'invalid_request',
      "Invalid 'exp' claim in client_assertion JWT - must be an integer",
    ],
    [
      'iss and sub differ',
      () => ask({ sub: 'other' }),
      BAD,
      'invalid_request',
      "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT",
    ],
    [
      'jti missing',
      () => ask({ jti: undefined }),
      BAD,
      'invalid_request',
      "Missing 'jti' claim in client_assertion JWT",
    ],
    [
      'jti a number',
      () => ask({ jti: 7 }),
      BAD,
      'invalid_request',
      "Invalid 'jti' claim in client_assertion JWT - must be a unique string value such as a GUID",
    ],
    [
      'exp too far',
      () => ask({ exp: now() + 360 }),
      BAD,
      'invalid_request',
      "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future",
    ],
    [
      'an unknown API key',
      () => ask({ iss: 'nobody', sub: 'nobody' }),
      '401 Unauthorized',
      'invalid_request',
      "Invalid 'iss'/'sub' claims in client_assertion JWT",
    ],
    [
      'kid not in the JWKS',
      () => ask({}, { kid: 'test-2' }),
      '401 Unauthorized',
      'invalid_request',
      "Invalid 'kid' header in client_assertion JWT - no matching public key",
    ],
    [
      'aud of another environment',
      () => ask({ aud: 'https://int.api.service.nhs.uk/oauth2/token' }),
      '401 Unauthorized',
      'invalid_request',
      "Missing or invalid 'aud' claim in client_assertion JWT",
    ],
    [
      'aud missing',
      () => ask({ aud: undefined }),
      '401 Unauthorized',
      'invalid_request',
      "Missing or invalid 'aud' claim in client_assertion JWT",
    ],
  ])('%s', async (_name, send, statusLine, error, description) => {
    expectRefusal(await send(), statusLine, error, description);
  });

  it('signed by another key', async () => {
    h.jwks.body = JSON.stringify({ keys: [strangerJwk('test-1')] });
    expectRefusal(await ask(), '401 Unauthorized', 'public_key error', 'JWT signature verification failed');
  });
  it.each([undefined, 'http://127.0.0.1:1'])('JWKS URL %s: none, or one without a path', async (url) => {
    await h.putApp(KEY, { attributes: { 'jwks-resource-url': url } });
    expectRefusal(
      await ask(),
      '403 Forbidden',
      'public_key error',
      'You need to register a public key to use this authentication method - please contact support to configure',
    );
  });
  it.each<[string, () => void]>([
    ['answers 503', () => (h.jwks.status = 503)],
    ['is slower than the timeout', () => (h.jwks.delayMs = 600)],
  ])('JWKS host %s', async (_name, breakIt) => {
    breakIt();
    expectRefusal(
      await ask(),
      '403 Forbidden',
      'public_key error',
      "The JWKS endpoint, for your client_assertion can't be reached",
    );
  });
  it('application revoked', async () => {
    await h.putApp(KEY, { status: 'revoked' });
    expectRefusal(
      await ask(),
      '401 Unauthorized',
      'access_denied',
      'The developer app associated with the API key is not approved or revoked',
    );
  });
  it('application without the product of this mode', async () => {
    await h.putApp(KEY, { products: ['user-restricted'] });
    expectRefusal(
      await ask(),
      '401 Unauthorized',
      'unauthorized_client',
      'you have tried to request authorization but your application is not configured to use this authorization grant type',
    );
  });
  it('rate limit', async () => {
    await h.control('POST', '/options', { rateLimits: true });
    expect((await ask()).status).toBe(200);
    expectRefusal(await ask(), '429 Too Many Requests', 'ratelimit_exceeded', 'The rate limit was exceeded');
  });
  it('any other error is unknown_error, set by a fault', async () => {
    const body = JSON.stringify({
      error: 'unknown_error',
      error_description: 'x',
      message_id: 'rrt-1-b-geu2-1-1-1',
    });
    await h.control('POST', '/faults', {
      target: 'token',
      times: 1,
      fault: { status: 500, body, headers: { 'Content-Type': 'application/json' } },
    });
    const response = await ask();
    expect([response.statusLine, response.body]).toEqual(['HTTP/1.1 500 Internal Server Error', body]);
  });
});

describe('the order of checks (docs/reference/protocol-facts.md §3.1)', () => {
  // Each assertion breaks its own rule and every later one; the first rule must be the one that is reported.
  const later: [string, Change, Change][] = [
    ['alg', {}, { alg: 'RS256' }],
    ['JWT has expired', { exp: now() - 60 }, {}],
    ["'kid'", {}, { kid: undefined }],
    ["'typ'", {}, { typ: 'at+jwt' }],
    ["'iss'/'sub'", { sub: 'other' }, {}],
    ["Missing 'jti'", { jti: undefined }, {}],
  ];
  it.each(later.map(([name], i) => [name, i] as const))(
    '%s comes before what follows it',
    async (name, i) => {
      const claims = Object.assign({}, ...later.slice(i).map(([, change]) => change)) as Change;
      const header = Object.assign({}, ...later.slice(i).map(([, , change]) => change)) as Change;
      expect(errorOf(await ask(claims, header))['error_description']).toContain(name);
    },
  );
  it('a reused jti is noticed before an exp too far', async () => {
    const jti = randomUUID();
    expect((await ask({ jti })).status).toBe(200);
    expect(errorOf(await ask({ jti, exp: now() + 4000 }))['error_description']).toBe(
      "Non-unique 'jti' claim in client_assertion JWT",
    );
  });
  it('typ is case-insensitive, and exp may be 310 s ahead', async () => {
    expect((await ask({ exp: now() + 309 }, { typ: 'jwt' })).status).toBe(200);
  });
});

describe('a jti is used up before key lookup, rate limit and signature check (fact U10)', () => {
  it.each<[string, () => Promise<void> | void, () => Promise<void> | void, number]>([
    ['unknown kid', () => void (h.jwks.body = '{"keys":[]}'), () => undefined, 401],
    [
      'bad signature',
      () => void (h.jwks.body = JSON.stringify({ keys: [strangerJwk('test-1')] })),
      () => undefined,
      401,
    ],
    ['JWKS unreachable', () => void (h.jwks.status = 500), () => void (h.jwks.status = 200), 403],
    [
      'no JWKS URL',
      () => h.putApp(KEY, { attributes: { 'jwks-resource-url': undefined } }),
      () => h.putApp(KEY),
      403,
    ],
    [
      'unknown API key',
      async () => void (await h.control('DELETE', `/apps/${KEY}`)),
      () => h.putApp(KEY),
      401,
    ],
  ])('after %s the same jti is non-unique', async (_name, breakIt, repair, status) => {
    const jti = randomUUID();
    await breakIt();
    expect((await ask({ jti })).status).toBe(status);
    await repair();
    expect(errorOf(await ask({ jti }))['error_description']).toBe(
      "Non-unique 'jti' claim in client_assertion JWT",
    );
    expect((await h.counters()).duplicateJtis).toBe(1);
  });
  it('is remembered for 30 days, for each client id', async () => {
    const jti = randomUUID();
    await h.putApp('other-key');
    expect((await ask({ jti })).status).toBe(200);
    expect((await h.tokenRequest(tokenForm(assertion('other-key', h.sim.tokenUrl, { jti })))).status).toBe(
      200,
    );
    const days = (n: number) => n * 86_400_000;
    const at = (offsetMs: number) => ask({ jti, exp: Math.floor((Date.now() + offsetMs) / 1000) + 240 });
    await h.control('POST', '/clock', { offsetMs: days(29.9) });
    expect((await at(days(29.9))).status).toBe(400);
    await h.control('POST', '/clock', { offsetMs: days(30.1) });
    expect((await at(days(30.1))).status).toBe(200);
  });
  it('a request that is rejected earlier leaves the jti unused', async () => {
    const jti = randomUUID();
    expect((await ask({ jti, exp: now() + 4000 })).status).toBe(400);
    expect((await ask({ jti })).status).toBe(200);
  });
});

describe('the JWKS is cached for 3,600 s for each URL (fact U11)', () => {
  it('is fetched once, by the user agent APIM, and again only after an hour', async () => {
    const at = (offsetMs: number) => ask({ exp: Math.floor((Date.now() + offsetMs) / 1000) + 240 });
    await ask();
    await ask();
    expect([h.jwks.fetches, h.jwks.userAgent]).toEqual([1, 'APIM']);
    await h.control('POST', '/clock', { offsetMs: 3_590_000 });
    await at(3_590_000);
    expect(h.jwks.fetches).toBe(1);
    await h.control('POST', '/clock', { offsetMs: 3_610_000 });
    await at(3_610_000);
    expect(h.jwks.fetches).toBe(2);
  });
  it('is not fetched again for an unknown kid, even once that is published', async () => {
    await ask();
    h.jwks.body = JSON.stringify({ keys: [publicJwk('test-1'), publicJwk('test-2')] });
    expect((await ask({}, { kid: 'test-2' })).status).toBe(401);
    expect(h.jwks.fetches).toBe(1);
  });
  it.each(['not json', '{"keys":[]}', ''])('a 200 with body %j is kept for the hour', async (body) => {
    h.jwks.body = body;
    expect((await ask()).status).toBe(401);
    h.jwks.body = JSON.stringify({ keys: [publicJwk('test-1')] });
    expect((await ask()).status).toBe(401);
  });
  it('a failure is not cached', async () => {
    h.jwks.status = 404;
    expect((await ask()).status).toBe(403);
    h.jwks.status = 200;
    expect((await ask()).status).toBe(200);
  });
});

describe('a token (docs/reference/protocol-facts.md §3.3)', () => {
  it('has string members, and e-RS accepts it for ten minutes', async () => {
    const answer = JSON.parse((await ask()).body) as Record<string, string>;
    expect(answer).toEqual({
      access_token: expect.any(String),
      expires_in: '599',
      token_type: 'Bearer',
      issued_at: expect.stringMatching(/^\d{13}$/),
    });
    const call = async () =>
      (
        await h.ers('GET', '/FHIR/STU3/CodeSystem/SPECIALTY', {
          Authorization: `Bearer ${answer['access_token'] ?? ''}`,
        })
      ).status;
    expect(await call()).toBe(200);
    await h.control('POST', '/clock', { offsetMs: 601_000 });
    expect(await call()).toBe(401);
  });
  it.each([
    ['100000', '99'],
    ['700000', '599'],
    ['abc', '599'],
  ])('_access_token_expiry_ms %s gives expires_in %s', async (lifeMs, expected) => {
    const response = await h.tokenRequest(tokenForm(signed(), { _access_token_expiry_ms: lifeMs }));
    expect((JSON.parse(response.body) as Record<string, string>)['expires_in']).toBe(expected);
  });
  it('is recorded with jti, kid and application, without the assertion', async () => {
    await ask({ jti: 'jti-1' });
    const [record] = await h.requests();
    expect(record).toMatchObject({
      n: expect.any(Number),
      target: 'token',
      apiKey: KEY,
      jti: 'jti-1',
      kid: 'test-1',
      status: 200,
      path: '/oauth2/token',
    });
  });
});
