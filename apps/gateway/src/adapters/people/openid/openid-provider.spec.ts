/** Discovery, the exchange of a code and the checks of ID tokens, with an HTTP server that can be made to answer anything. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GatewayError } from '@gatehouse/domain/errors';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  clientAuthentication,
  privateKeyAuthentication,
  type SecretMethod,
} from './client-authentication.js';
import { openIdProviders } from './openid-provider.js';
import { ID_TOKEN_ALGORITHMS, type RelyingParty } from './relying-party.js';

const NOW_S = 1_790_000_000;
const ACCESS_TOKEN = 'an-access-token';
const SECRET = 's3cret/+ä';
const SECRETS = { state: 's', nonce: 'n', codeVerifier: 'v'.repeat(43) };
const CALLBACK = 'http://127.0.0.1:8081/auth/callback';
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
const AT_HASH = createHash('sha256').update(ACCESS_TOKEN).digest().subarray(0, 16).toString('base64url');

interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}
interface TokenAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

let server: Server;
let issuer: string;
/** Overrides what the discovery document says. */
let metadata: Record<string, unknown>;
let discoveryStatus: number;
/** Of the published keys. */
let keysStatus: number;
let answerToken: (request: TokenRequest) => TokenAnswer;
/** Paths in the order in which they were requested. */
let requests: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  [metadata, discoveryStatus, keysStatus, requests] = [{}, 200, 200, []];
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests.push(request.url ?? '');
  const json = (status: number, body: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
  };
  if (request.url === '/token') {
    const form = new URLSearchParams(await text(request));
    const { status, body, headers } = answerToken({ authorization: request.headers.authorization, form });
    json(status, body, headers);
  } else if (request.url === '/jwks') {
    const key = { ...own.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' };
    json(keysStatus, JSON.stringify({ keys: [key] }));
  } else {
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      ...metadata,
    };
    json(discoveryStatus, JSON.stringify(document));
  }
}

const partyWith = (changes: Partial<RelyingParty> = {}): RelyingParty => ({
  name: 'staff',
  issuer,
  clientId: 'gatehouse',
  authenticateClient: clientAuthentication({ clientSecret: undefined, clientAuth: undefined }),
  clientSecret: null,
  redirectUri: CALLBACK,
  scopes: ['profile', 'email'],
  acrValues: [],
  requiredAcr: [],
  maxAgeS: null,
  algorithms: ID_TOKEN_ALGORITHMS,
  ...changes,
});

const claims = (changes: object) => ({
  iss: issuer,
  sub: 'priya',
  aud: 'gatehouse',
  iat: NOW_S,
  exp: NOW_S + 300,
  nonce: SECRETS.nonce,
  at_hash: AT_HASH,
  ...changes,
});

const signed = (changes: object, key: KeyObject | Uint8Array = own.privateKey, alg = 'RS256') =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg, kid: 'k' }).sign(key);

const tokens = (idToken: string | undefined): TokenAnswer => ({
  status: 200,
  body: JSON.stringify({ access_token: ACCESS_TOKEN, token_type: 'Bearer', id_token: idToken }),
});

const endpoints = (party = partyWith()) => openIdProviders(() => NOW_S * 1000).endpoints(party);

/** Completes a sign-in for which the token endpoint returns this ID token. */
function exchange(idToken: string | undefined, party = partyWith(), callback = 'code=c&state=s') {
  if (idToken !== undefined) answerToken = () => tokens(idToken);
  return openIdProviders(() => NOW_S * 1000).exchange(party, new URLSearchParams(callback), SECRETS);
}

describe('an ID token', () => {
  it('is accepted with its claims when every check passes', async () => {
    const { claims: accepted, accessToken, refreshToken } = await exchange(await signed({ name: 'Priya' }));
    expect(accepted).toEqual(claims({ name: 'Priya' }));
    expect([accessToken, refreshToken]).toEqual([ACCESS_TOKEN, null]);
  });

  it.each<[string, object]>([
    [
      'for several audiences, with this client as the authorized party',
      { aud: ['gatehouse', 'other'], azp: 'gatehouse' },
    ],
    ['without at_hash, which is optional', { at_hash: undefined }],
    ['that expired within the tolerance for clocks', { exp: NOW_S - 29 }],
    ['of a clock that is a little ahead', { iat: NOW_S + 29 }],
  ])('%s is accepted', async (_name, changes) => {
    await expect(exchange(await signed(changes))).resolves.toBeTruthy();
  });

  it.each<[string, object]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of an issuer that differs by a slash', { iss: 'SLASH' }],
    ['without an issuer', { iss: undefined }],
    ['for another client', { aud: 'other' }],
    ['without an audience', { aud: undefined }],
    ['for several audiences, without an authorized party', { aud: ['gatehouse', 'other'] }],
    ['for several audiences, with another authorized party', { aud: ['gatehouse', 'other'], azp: 'other' }],
    ['for this client, with another authorized party', { azp: 'other' }],
    ['that has expired', { exp: NOW_S - 31 }],
    ['that never expires', { exp: undefined }],
    ['issued too long ago', { iat: NOW_S - 700, exp: NOW_S + 300 }],
    ['issued in the future', { iat: NOW_S + 3_600, exp: NOW_S + 7_200 }],
    ['without the time of issue', { iat: undefined }],
    ['that is not valid yet', { nbf: NOW_S + 300 }],
    ['with another nonce', { nonce: 'other' }],
    ['without a nonce', { nonce: undefined }],
    ['for another access token', { at_hash: 'other' }],
    ['without a subject', { sub: undefined }],
  ])('%s is refused', async (_name, changes) => {
    const iss = 'iss' in changes && changes.iss === 'SLASH' ? { iss: `${issuer}/` } : {};
    await expect(exchange(await signed({ ...changes, ...iss }))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('is refused unless the provider signed it with an asymmetric algorithm', async () => {
    const publicKey = own.publicKey.export({ format: 'pem', type: 'spki' });
    const refused = { kind: 'refused' };
    await expect(exchange(new UnsecuredJWT(claims({})).encode())).rejects.toMatchObject(refused);
    await expect(exchange(await signed({}, foreign.privateKey))).rejects.toMatchObject(refused);
    await expect(exchange(await signed({}, Buffer.from(publicKey), 'HS256'))).rejects.toMatchObject(refused);
  });

  it('is refused with an algorithm that this relying party does not accept', async () => {
    const party = partyWith({ algorithms: ['RS512'] });
    await expect(exchange(await signed({}), party)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('must be in the answer', async () => {
    answerToken = () => tokens(undefined);
    await expect(exchange(undefined)).rejects.toMatchObject({ kind: 'refused' });
  });

  it.each<[string, object, boolean]>([
    ['recent enough', { auth_time: NOW_S - 60 }, true],
    ['too long ago', { auth_time: NOW_S - 700 }, false],
    ['at a time that is not stated', {}, false],
  ])('where a maximum age is required: authenticated %s', async (_name, changes, accepted) => {
    const outcome = exchange(await signed(changes), partyWith({ maxAgeS: 600 })).then(
      () => true,
      () => false,
    );
    expect(await outcome).toBe(accepted);
  });

  it.each<[string, unknown, boolean]>([
    ['one that is accepted', 'urn:mfa', true],
    ['another one', 'urn:password', false],
    ['none', undefined, false],
    ['several', ['urn:mfa'], false],
  ])('where a way of authentication is required: names %s', async (_name, acr, accepted) => {
    const party = partyWith({ acrValues: ['urn:mfa', 'urn:key'], requiredAcr: ['urn:mfa', 'urn:key'] });
    const outcome = exchange(await signed({ acr }), party).then(
      () => true,
      () => false,
    );
    expect(await outcome).toBe(accepted);
  });
});

describe('a callback', () => {
  it.each<[string, string]>([
    ['with another state', 'code=c&state=other'],
    ['without a state', 'code=c'],
    ['with two states', 'code=c&state=s&state=s'],
    ['without a code', 'state=s'],
    ['that names another issuer', 'code=c&state=s&iss=https%3A%2F%2Fevil.example'],
  ])('%s is refused, and no code is exchanged', async (_name, callback) => {
    await expect(exchange(await signed({}), partyWith(), callback)).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(requests).not.toContain('/token');
  });

  it.each<[string, string]>([
    ['access_denied', 'refused'],
    ['login_required', 'refused'],
    ['temporarily_unavailable', 'unavailable'],
    ['unauthorized_client', 'misconfigured'],
    ['invalid_scope', 'misconfigured'],
  ])('with the error %s: %s', async (error, kind) => {
    await expect(exchange('', partyWith(), `error=${error}&state=s`)).rejects.toMatchObject({
      kind,
      said: { error },
    });
  });
});

describe('the token request', () => {
  it('proves with PKCE that the same client began, and sends the address from the settings', async () => {
    const idToken = await signed({});
    let form = new URLSearchParams();
    answerToken = (request) => {
      form = request.form;
      return tokens(idToken);
    };
    await exchange(undefined);
    expect(Object.fromEntries(form)).toEqual({
      client_id: 'gatehouse',
      grant_type: 'authorization_code',
      code: 'c',
      code_verifier: SECRETS.codeVerifier,
      redirect_uri: CALLBACK,
    });
  });

  it.each<[string, string[] | undefined, SecretMethod | undefined, 'basic' | 'post' | 'jwt']>([
    ['basic where the provider names no method', undefined, undefined, 'basic'],
    ['basic where both are named', ['client_secret_post', 'client_secret_basic'], undefined, 'basic'],
    ['post where only that is named', ['client_secret_post'], undefined, 'post'],
    ['post where the settings say so', undefined, 'client_secret_post', 'post'],
    ['an assertion where only that is named', ['client_secret_jwt'], undefined, 'jwt'],
  ])('authenticates with the secret by %s', async (_name, supported, clientAuth, expected) => {
    metadata = { token_endpoint_auth_methods_supported: supported };
    const idToken = await signed({});
    const seen: string[] = [];
    answerToken = ({ authorization, form }) => {
      if (authorization !== undefined) seen.push('basic', authorization);
      if (form.has('client_secret')) seen.push('post', form.get('client_secret') ?? '');
      if (form.has('client_assertion')) seen.push('jwt');
      return tokens(idToken);
    };
    await exchange(
      undefined,
      partyWith({ authenticateClient: clientAuthentication({ clientSecret: SECRET, clientAuth }) }),
    );
    // Form-encoded before base64 (RFC 6749 §2.3.1).
    const header = `Basic ${Buffer.from('gatehouse:s3cret%2F%2B%C3%A4').toString('base64')}`;
    const credentials = { basic: ['basic', header], post: ['post', SECRET], jwt: ['jwt'] };
    expect(seen).toEqual(credentials[expected]);
  });

  it('can’t be authenticated by any method that the provider accepts: a fault of the settings', async () => {
    metadata = { token_endpoint_auth_methods_supported: ['tls_client_auth'] };
    const authenticateClient = clientAuthentication({ clientSecret: SECRET, clientAuth: undefined });
    await expect(exchange('', partyWith({ authenticateClient }))).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining('tls_client_auth'),
    });
  });
});

describe('a token request that is authenticated with a key', () => {
  const party = (sign: Parameters<typeof privateKeyAuthentication>[0]['sign']) =>
    partyWith({ authenticateClient: privateKeyAuthentication({ sign }) });

  it.each<[string, string[] | undefined, string]>([
    ['RS256 where the provider lists no algorithm', undefined, 'RS256'],
    ['RS512 where the provider takes it', ['PS256', 'RS256', 'RS512'], 'RS512'],
  ])('carries an assertion for the token endpoint, with %s', async (_name, algorithms, expected) => {
    metadata = { token_endpoint_auth_signing_alg_values_supported: algorithms };
    const idToken = await signed({});
    let form = new URLSearchParams();
    answerToken = (request) => {
      form = request.form;
      return tokens(idToken);
    };
    await exchange(
      undefined,
      party((...request) => Promise.resolve(request.join(' '))),
    );
    expect(Object.fromEntries(form)).toMatchObject({
      client_id: 'gatehouse',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `gatehouse ${issuer}/token ${expected}`,
    });
  });

  it('is a fault of the settings where the provider accepts none of our algorithms', async () => {
    metadata = { token_endpoint_auth_signing_alg_values_supported: ['ES256'] };
    await expect(
      exchange(
        '',
        party(() => Promise.resolve('')),
      ),
    ).rejects.toMatchObject({ kind: 'misconfigured' });
    expect(requests).not.toContain('/token');
  });

  it.each([
    ['GW_KEY_UNUSABLE', 'misconfigured'],
    ['GW_SIGNING_UNAVAILABLE', 'unavailable'],
  ] as const)('that KMS can’t sign (%s): %s', async (code, kind) => {
    const sign = () => Promise.reject(new GatewayError(code));
    await expect(exchange('', party(sign))).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(code),
    });
  });
});

describe('an answer of the token endpoint', () => {
  const refusal = (error: string, description?: string) =>
    JSON.stringify({ error, error_description: description });

  it.each<[string, TokenAnswer, string]>([
    ['invalid_client', { status: 401, body: refusal('invalid_client', 'bad credentials') }, 'misconfigured'],
    [
      'invalid_client with a challenge',
      { status: 401, body: refusal('invalid_client'), headers: { 'WWW-Authenticate': 'Basic realm="op"' } },
      'misconfigured',
    ],
    ['unauthorized_client', { status: 400, body: refusal('unauthorized_client') }, 'misconfigured'],
    ['invalid_grant', { status: 400, body: refusal('invalid_grant', 'code used already') }, 'refused'],
    ['temporarily_unavailable', { status: 400, body: refusal('temporarily_unavailable') }, 'unavailable'],
  ])('%s is recorded in the provider’s words: %#', async (name, tokenAnswer, kind) => {
    answerToken = () => tokenAnswer;
    await expect(exchange(undefined)).rejects.toMatchObject({
      kind,
      message: `the token endpoint answered ${tokenAnswer.status}`,
      said: { error: name.split(' ')[0] },
    });
  });

  it.each<[string, TokenAnswer, string]>([
    ['of a server that failed', { status: 502, body: 'bad gateway' }, 'unavailable'],
    ['of a path that is not there', { status: 404, body: 'Not found' }, 'misconfigured'],
    ['that is not JSON', { status: 200, body: '<html>' }, 'refused'],
    ['larger than any real one', { status: 200, body: `{"a":"${'x'.repeat(300_000)}"}` }, 'misconfigured'],
  ])('%s: %s', async (_name, tokenAnswer, kind) => {
    answerToken = () => tokenAnswer;
    await expect(exchange(undefined)).rejects.toMatchObject({ kind });
  });

  it('that repeats our secrets is recorded without them', async () => {
    answerToken = () => ({ status: 401, body: refusal('invalid_client', `no: ${SECRET} c0de`) });
    const party = partyWith({ clientSecret: SECRET });
    await expect(exchange(undefined, party, 'code=c0de&state=s')).rejects.toMatchObject({
      said: { error: 'invalid_client', description: 'no: [withheld] [withheld]' },
    });
  });
});

describe('discovery', () => {
  it.each<[string, string, string]>([
    ['another issuer', 'https://evil.example', 'which is another one'],
    ['an issuer with a slash at the end', 'SLASH', 'with a slash at the end'],
  ])('of a provider that names %s is a fault of the settings', async (_name, named, reason) => {
    metadata = { issuer: named === 'SLASH' ? `${issuer}/` : named };
    await expect(endpoints()).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining(reason),
    });
  });

  it('finds the document of an issuer whose name ends with a slash', async () => {
    metadata = { issuer: `${issuer}/` };
    const { authorizationUrl } = await endpoints(partyWith({ issuer: `${issuer}/` }));
    expect(authorizationUrl).toBe(`${issuer}/authorize`);
    expect(requests).toEqual(['/.well-known/openid-configuration']);
  });

  it.each<[string, number, string]>([
    ['a server that failed', 500, 'unavailable'],
    ['a path that is not there', 404, 'misconfigured'],
  ])('at %s (%i): %s', async (_name, status, kind) => {
    discoveryStatus = status;
    await expect(endpoints()).rejects.toMatchObject({ kind });
  });

  it('at an address where nothing listens does not count as a refusal of the person', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => {
      closed.listen(0, '127.0.0.1', resolve);
    });
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(endpoints(partyWith({ issuer: `http://127.0.0.1:${port}` }))).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  it.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri'])(
    'of an https issuer that names an http %s is a fault of the settings',
    async (endpoint) => {
      const secure = 'https://login.example';
      const { fetch: reach } = globalThis;
      vi.spyOn(globalThis, 'fetch').mockImplementation((url, options) =>
        reach((url as string).replace(secure, issuer), options),
      );
      const party = partyWith({ issuer: secure });
      metadata = {
        issuer: secure,
        authorization_endpoint: `${secure}/authorize`,
        token_endpoint: `${secure}/token`,
        jwks_uri: `${secure}/jwks`,
      };
      expect((await endpoints(party)).authorizationUrl).toBe(`${secure}/authorize`);
      metadata[endpoint] = 'http://login.example/plain';
      await expect(endpoints(party)).rejects.toMatchObject({
        kind: 'misconfigured',
        message: expect.stringContaining('names endpoints that are not'),
      });
      vi.restoreAllMocks();
    },
  );

  it('of a host that does not exist is a fault of the settings', async () => {
    await expect(endpoints(partyWith({ issuer: 'http://no-such-host.invalid' }))).rejects.toMatchObject({
      kind: 'misconfigured',
    });
  });

  it('happens once for many sign-ins, and again after a failure', async () => {
    const providers = openIdProviders(() => NOW_S * 1000);
    discoveryStatus = 500;
    await expect(providers.endpoints(partyWith())).rejects.toThrow();
    discoveryStatus = 200;
    const idToken = await signed({});
    answerToken = () => tokens(idToken);
    requests = [];
    await Promise.all([providers.endpoints(partyWith()), providers.endpoints(partyWith())]);
    for (let count = 0; count < 3; count += 1)
      await providers.exchange(partyWith(), new URLSearchParams('code=c&state=s'), SECRETS);
    const times = (path: string) => requests.filter((each) => each === path).length;
    expect([times('/.well-known/openid-configuration'), times('/jwks'), times('/token')]).toEqual([1, 1, 3]);
  });
});

describe('the published keys', () => {
  it('are fetched once, however many tokens name a key that is not among them', async () => {
    const providers = openIdProviders(() => NOW_S * 1000);
    const header = { alg: 'RS256', kid: 'unknown' };
    const idToken = await new SignJWT(claims({})).setProtectedHeader(header).sign(foreign.privateKey);
    answerToken = () => tokens(idToken);
    for (let count = 0; count < 20; count += 1)
      await expect(
        providers.exchange(partyWith(), new URLSearchParams('code=c&state=s'), SECRETS),
      ).rejects.toMatchObject({ kind: 'refused' });
    expect(requests.filter((path) => path === '/jwks')).toHaveLength(1);
  });

  it('that can’t be fetched do not count as a refusal of the person', async () => {
    keysStatus = 503;
    await expect(exchange(await signed({}))).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
