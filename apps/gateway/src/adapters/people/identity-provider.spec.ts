/** ID tokens of a real HTTP server that can be made to tell anything. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIdentityProvider } from './identity-provider.js';

const NOW_S = 1_790_000_000;
const ACCESS_TOKEN = 'an-access-token';
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
const hash = createHash('sha256').update(ACCESS_TOKEN).digest();
const AT_HASH = hash.subarray(0, 16).toString('base64url');

let server: Server;
let issuer: string;
let named: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const metadata = {
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

const provider = () =>
  openIdentityProvider(
    { issuer, clientId: 'gatehouse', clientSecret: undefined, rolesClaim: 'groups' },
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
