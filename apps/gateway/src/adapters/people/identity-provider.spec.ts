/** ID tokens of a real HTTP server that can be made to tell anything. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIdentityProvider, ProviderMisconfigured, type StaffSignIn } from './identity-provider.js';

const NOW_S = 1_790_000_000;
const ACCESS_TOKEN = 'an-access-token';
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
const hash = createHash('sha256').update(ACCESS_TOKEN).digest();
const AT_HASH = hash.subarray(0, 16).toString('base64url');

let server: Server;
let issuer: string;
let named: string;
/** What the discovery document says, and what the token endpoint takes. */
let authMethods: string[] | undefined;
let takes: 'basic' | 'post' = 'basic';
const SECRET = 's3cret/+ä';

/** Takes the client's secret in one way only, as many providers do. */
async function answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await text(request));
  const basic = `Basic ${Buffer.from('gatehouse:s3cret%2F%2B%C3%A4').toString('base64')}`;
  const isBasic = request.headers.authorization === basic && !form.has('client_secret');
  const isPost = request.headers.authorization === undefined && form.get('client_secret') === SECRET;
  const isRight = takes === 'basic' ? isBasic : isPost;
  response.writeHead(isRight ? 200 : 401, { 'Content-Type': 'application/json' });
  const refusal = { error: 'invalid_client', error_description: 'bad client credentials' };
  response.end(JSON.stringify(isRight ? { id_token: 'i', access_token: 'a' } : refusal));
}
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/token') {
      void answerToken(request, response);
      return;
    }
    const metadata = {
      ...(authMethods === undefined ? {} : { token_endpoint_auth_methods_supported: authMethods }),
      issuer: named,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
    };
    const keys = [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }];
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(request.url === '/jwks' ? { keys } : metadata));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  named = issuer;
});
afterAll(() => {
  server.close();
});

const provider = (settings: Partial<StaffSignIn> = {}) =>
  openIdentityProvider(
    {
      issuer,
      clientId: 'gatehouse',
      clientSecret: undefined,
      clientAuth: undefined,
      rolesClaim: 'groups',
      ...settings,
    },
    () => NOW_S * 1000,
  );

const claims = (more: object) => ({
  iss: issuer,
  sub: 'priya',
  aud: 'gatehouse',
  iat: NOW_S,
  exp: NOW_S + 300,
  nonce: 'n',
  at_hash: AT_HASH,
  name: 'Priya',
  groups: ['a', 7, 'b'],
  ...more,
});

const signed = (more: object, key: KeyObject | Uint8Array = own.privateKey, alg = 'RS256') =>
  new SignJWT(claims(more)).setProtectedHeader({ alg, kid: 'k' }).sign(key);

const verify = (idToken: string) => provider().verify({ idToken, accessToken: ACCESS_TOKEN }, 'n');

describe('an ID token', () => {
  it('that is right tells who it is', async () => {
    expect(await verify(await signed({}))).toEqual({
      issuer,
      subject: 'priya',
      name: 'Priya',
      email: null,
      groups: ['a', 'b'],
    });
    expect(await verify(await signed({ aud: ['gatehouse', 'other'], azp: 'gatehouse' }))).toBeTruthy();
  });

  it.each<[string, object]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'other' }],
    ['for several, of whom none is named', { aud: ['gatehouse', 'other'] }],
    ['for several, and another is named', { aud: ['gatehouse', 'other'], azp: 'other' }],
    ['for this one, with another named', { azp: 'other' }],
    ['that has expired', { exp: NOW_S - 31 }],
    ['that never expires', { exp: undefined }],
    ['of long ago', { iat: NOW_S - 700, exp: NOW_S + 300 }],
    ['of the future', { iat: NOW_S + 3_600, exp: NOW_S + 7_200 }],
    ['with another nonce', { nonce: 'other' }],
    ['without a nonce', { nonce: undefined }],
    ['for another access token', { at_hash: 'other' }],
    ['without a subject', { sub: undefined }],
  ])('%s is refused', async (_name, more) => {
    await expect(verify(await signed(more))).rejects.toThrow();
  });

  it('that nobody signed, or somebody else did, or with a secret, is refused', async () => {
    await expect(verify(new UnsecuredJWT(claims({})).encode())).rejects.toThrow();
    await expect(verify(await signed({}, foreign.privateKey))).rejects.toThrow();
    const publicKey = own.publicKey.export({ format: 'pem', type: 'spki' });
    await expect(verify(await signed({}, Buffer.from(publicKey), 'HS256'))).rejects.toThrow();
  });
});

it('a provider that names itself otherwise is not believed', async () => {
  named = 'https://evil.example';
  await expect(provider().endpoints()).rejects.toThrow('another issuer');
  named = issuer;
});

describe('the client authenticates', () => {
  it.each<[string, string[] | undefined, StaffSignIn['clientAuth'], 'basic' | 'post']>([
    ['with basic where the provider names no method', undefined, undefined, 'basic'],
    ['with basic where both are named', ['client_secret_post', 'client_secret_basic'], undefined, 'basic'],
    ['with post where only that is named', ['client_secret_post'], undefined, 'post'],
    ['with post where the settings say so', undefined, 'client_secret_post', 'post'],
  ])('%s', async (_name, methods, clientAuth, expected) => {
    [authMethods, takes] = [methods, expected];
    const exchange = provider({ clientSecret: SECRET, clientAuth }).exchange('c', 'v', 'http://127.0.0.1/cb');
    expect(await exchange).toEqual({ idToken: 'i', accessToken: 'a' });
  });

  it('and a refusal of the client is a fault of the settings, with the words of the provider', async () => {
    [authMethods, takes] = [undefined, 'basic'];
    const exchange = provider({ clientSecret: 'wrong' }).exchange('c', 'v', 'http://127.0.0.1/cb');
    await expect(exchange).rejects.toThrow('answered 401: invalid_client bad client credentials');
    await expect(exchange).rejects.toBeInstanceOf(ProviderMisconfigured);
  });

  it('with a secret that the provider does not take at all is a fault of the settings', async () => {
    authMethods = ['private_key_jwt'];
    const exchange = provider({ clientSecret: SECRET }).exchange('c', 'v', 'http://127.0.0.1/cb');
    await expect(exchange).rejects.toBeInstanceOf(ProviderMisconfigured);
    authMethods = undefined;
  });
});

describe('the roles claim', () => {
  const groupsIn = async (more: object, rolesClaim: string) =>
    (await provider({ rolesClaim }).verify({ idToken: await signed(more), accessToken: ACCESS_TOKEN }, 'n'))
      .groups;

  it.each<[string, object, string, string[]]>([
    ['one level down', { realm_access: { roles: ['a b'] } }, 'realm_access.roles', ['a b']],
    [
      'two levels down',
      { resource_access: { gatehouse: { roles: ['x'] } } },
      'resource_access.gatehouse.roles',
      ['x'],
    ],
    ['with a dot in its own name', { 'nhs.roles': ['y'] }, 'nhs.roles', ['y']],
    ['a single text', { role: 'z' }, 'role', ['z']],
    ['missing', {}, 'realm_access.roles', []],
    ['nothing that is inherited', {}, 'constructor.name', []],
  ])('%s', async (_name, more, claim, groups) => {
    expect(await groupsIn(more, claim)).toEqual(groups);
  });
});

it('an issuer that differs by a slash is named as such', async () => {
  named = `${issuer}/`;
  await expect(provider().endpoints()).rejects.toThrow('only a slash at the end differs');
  named = issuer;
});
