import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publicJwk, startHarness, type Harness } from '../testing/harness.js';
import {
  ASSERTION_TYPE,
  authorizeUrl,
  CLIENT,
  clientAssertion,
  codeOf,
  decode,
  exchangeCode,
  isSignedByIssuer,
  putClient,
  REDIRECT_URI,
  signIn,
  type Claims,
} from '../testing/relying-party.js';

const ROSA = '656005750104';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(async () => {
  await h.control('POST', '/reset');
  const { alg: _any, ...jwk } = publicJwk('test-1');
  h.jwks.body = JSON.stringify({ keys: [jwk] });
  await putClient(h);
});

const idTokenOf = async (userId: string, change?: Record<string, string | null>) =>
  (await exchangeCode(h, await codeOf(h, userId, change))).body['id_token'] ?? '';
const halfSha256 = (value: string) =>
  createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');

describe('sign-in', () => {
  it('discovery names the issuer and its endpoints as CIS2 does', async () => {
    const issuer = h.sim.cis2Issuer;
    expect(issuer).toMatch(/:\d+\/openam\/oauth2\/realms\/root\/realms\/NHSIdentity\/realms\/Healthcare$/);
    expect(await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/access_token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/connect/jwk_uri`,
      acr_values_supported: ['AAL3_ANY', 'AAL2_OR_AAL3_ANY', 'AAL2_ANY'],
      backchannel_logout_supported: true,
    });
  });

  it('returns an ID token and userinfo with everything that CIS2 says about a person', async () => {
    const { status, body } = await exchangeCode(h, await codeOf(h, ROSA));
    expect(status).toBe(200);
    const { header, claims } = decode(body['id_token'] ?? '');
    const nowS = Math.floor(Date.now() / 1000);
    expect(header).toEqual({ typ: 'JWT', alg: 'RS256', kid: expect.any(String) });
    expect(claims).toMatchObject({
      iss: h.sim.cis2Issuer,
      sub: ROSA,
      aud: CLIENT,
      azp: CLIENT,
      nonce: 'nonce-1',
      acr: 'AAL3_ANY',
      amr: ['N3_SMARTCARD'],
      id_assurance_level: '3',
      authentication_assurance_level: '3',
      at_hash: halfSha256(body['access_token'] ?? ''),
      realm: '/NHSIdentity/Healthcare',
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Math.abs(Number(claims['auth_time']) - nowS)).toBeLessThan(30);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3600);
    expect(await isSignedByIssuer(body['id_token'] ?? '', h.sim.cis2Issuer)).toBe(true);
    const userinfo = await fetch(`${h.sim.cis2Issuer}/userinfo`, {
      headers: { Authorization: `Bearer ${body['access_token'] ?? ''}` },
    });
    expect(await userinfo.json()).toMatchObject({
      sub: ROSA,
      nhsid_useruid: ROSA,
      name: 'Rosa Field',
      nhsid_nrbac_roles: [{ org_code: 'A20047', activity_codes: ['B1101'] }],
      nhsid_user_orgs: [{ org_code: 'A20047' }],
    });
  });

  it.each<[string, string, unknown]>([
    [ROSA, 'AAL3_ANY', '3'],
    ['656005750109', 'AAL2_OR_AAL3_ANY', '2'],
    ['656005750110', 'AAL2_OR_AAL3_ANY', '1'],
    ['656005750111', 'AAL2_OR_AAL3_ANY', '2'],
    ['656005750111', 'AAL3_ANY', '3'],
    ['656005750116', 'AAL3_ANY', 3],
  ])('%s asked for %s reaches %j', async (userId, acr, aal) => {
    const { claims } = decode(await idTokenOf(userId, { acr_values: acr }));
    expect([claims['authentication_assurance_level'], claims['acr']]).toEqual([aal, acr]);
  });
  it('works for a person with IAL2, and for one of the service that resembles CIS1', async () => {
    expect(decode(await idTokenOf('656005750115')).claims['id_assurance_level']).toBe('2');
    const token = await idTokenOf('656005750118');
    expect(decode(token).claims['iss']).toBe(h.sim.cis1Issuer);
    expect(await isSignedByIssuer(token, h.sim.cis1Issuer)).toBe(true);
    expect(await isSignedByIssuer(token, h.sim.cis2Issuer)).toBe(false);
  });
  it('the page lists everybody, and Cancel leads back with access_denied', async () => {
    const landed = await signIn(authorizeUrl(h), '', REDIRECT_URI);
    expect(landed.searchParams.get('error')).toBe('access_denied');
    expect(landed.searchParams.get('state')).toBe('state-1');
  });
  it('lets one browser sign in as one person and then as another', async () => {
    const cookies = new Map<string, string>();
    const whoIs = async (userId: string) => {
      const landed = await signIn(authorizeUrl(h), userId, REDIRECT_URI, cookies);
      const { body } = await exchangeCode(h, landed.searchParams.get('code') ?? '');
      return decode(body['id_token'] ?? '').claims['sub'];
    };
    expect([await whoIs(ROSA), await whoIs('656005750107')]).toEqual([ROSA, '656005750107']);
  });
  it('a person added by a test can sign in', async () => {
    await h.control('PUT', '/people/123456789012', { givenName: '<b>', aals: [2] });
    const { claims } = decode(await idTokenOf('123456789012', { acr_values: 'AAL2_OR_AAL3_ANY' }));
    expect(claims).toMatchObject({ sub: '123456789012', authentication_assurance_level: '2' });
  });
});

describe('what a relying party gets wrong', () => {
  it.each<[string, Record<string, string | null>, string | undefined]>([
    ['no PKCE', { code_challenge: null, code_challenge_method: null }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['another response type', { response_type: 'id_token' }, undefined],
    ['a redirect URI with a slash more', { redirect_uri: `${REDIRECT_URI}/` }, undefined],
    ['an unknown client', { client_id: 'nobody' }, undefined],
  ])('%s is refused before anybody signs in', async (_name, change, error) => {
    const response = await fetch(authorizeUrl(h, change), { redirect: 'manual' });
    const location = response.headers.get('location');
    const refusal = location === null ? undefined : new URL(location).searchParams.get('error');
    expect(location?.includes('/interaction/') ?? false).toBe(false);
    if (error !== undefined) expect(refusal).toBe(error);
  });

  it.each<[string, (code: string) => Promise<{ status: number; body: Record<string, string> }>, string]>([
    [
      'another verifier',
      (code) =>
        exchangeCode(h, code, {
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: clientAssertion(h),
          code_verifier: 'x'.repeat(43),
        }),
      'invalid_grant',
    ],
    [
      'RS256 where RS512 is registered',
      (code) =>
        exchangeCode(h, code, {
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: clientAssertion(h, 'RS256'),
        }),
      'invalid_client',
    ],
    [
      'an assertion for another audience',
      (code) =>
        exchangeCode(h, code, {
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: clientAssertion(h, 'RS512', { aud: h.sim.tokenUrl }),
        }),
      'invalid_client',
    ],
    ['no client authentication', (code) => exchangeCode(h, code, { client_id: CLIENT }), 'invalid_client'],
    ['a code of nobody', () => exchangeCode(h, 'nothing'), 'invalid_grant'],
  ])('%s: the code is not exchanged', async (_name, exchange, error) => {
    const answer = await exchange(await codeOf(h, ROSA));
    expect([answer.status >= 400, answer.body['error']]).toEqual([true, error]);
  });
  it('a code can be used once, and so can an assertion', async () => {
    const code = await codeOf(h, ROSA);
    const proof = { client_assertion_type: ASSERTION_TYPE, client_assertion: clientAssertion(h) };
    expect((await exchangeCode(h, code, proof)).status).toBe(200);
    expect((await exchangeCode(h, await codeOf(h, ROSA), proof)).body['error']).toBe('invalid_client');
    expect((await exchangeCode(h, code)).body['error']).toBe('invalid_grant');
  });
});

describe('client authentication is as registered', () => {
  it('private_key_jwt with RS256, and the key is fetched from the JWKS URL', async () => {
    await putClient(h, { signingAlgorithm: 'RS256' });
    const before = h.jwks.fetches;
    const proof = { client_assertion_type: ASSERTION_TYPE, client_assertion: clientAssertion(h, 'RS256') };
    expect((await exchangeCode(h, await codeOf(h, ROSA), proof)).status).toBe(200);
    expect(h.jwks.fetches).toBe(before + 1);
    expect((await h.counters()).cis2JwksFetches).toBe(1);
  });
  it.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['client_secret', { client_id: CLIENT, client_secret: 's-1' }, {}, 200],
    ['client_secret', { client_id: CLIENT, client_secret: 's-2' }, {}, 401],
    ['client_secret_basic', {}, { Authorization: `Basic ${btoa(`${CLIENT}:s-1`)}` }, 200],
  ])('%s: %j %j gives %i', async (auth, form, headers, status) => {
    await putClient(h, { auth, clientSecret: 's-1' });
    expect((await exchangeCode(h, await codeOf(h, ROSA), form, headers)).status).toBe(status);
  });
  it('an ID token signed RS512 has an at_hash of SHA-512', async () => {
    await putClient(h, { idTokenAlgorithm: 'RS512' });
    const { body } = await exchangeCode(h, await codeOf(h, ROSA));
    const { header, claims } = decode(body['id_token'] ?? '');
    const hash = createHash('sha512')
      .update(body['access_token'] ?? '')
      .digest();
    expect([header['alg'], claims['at_hash']]).toEqual(['RS512', hash.subarray(0, 32).toString('base64url')]);
  });
});

describe('tokens with a fault', () => {
  it.each<[string, Claims, (token: string) => boolean | Promise<boolean>]>([
    [
      'a broken signature',
      { signature: 'broken' },
      async (token) => !(await isSignedByIssuer(token, h.sim.cis2Issuer)),
    ],
    [
      'another key',
      { signature: 'other-key' },
      async (token) => !(await isSignedByIssuer(token, h.sim.cis2Issuer)),
    ],
    [
      'alg none',
      { header: { alg: 'none' } },
      (token) => token.endsWith('.') && decode(token).header['alg'] === 'none',
    ],
    [
      'HS256 with the public key',
      { header: { alg: 'HS256' } },
      (token) => token.split('.')[2]?.length === 43,
    ],
    ['kid missing', { header: { kid: null } }, (token) => !('kid' in decode(token).header)],
    ['another aud', { claims: { aud: 'other' } }, (token) => decode(token).claims['aud'] === 'other'],
    ['nonce missing', { claims: { nonce: null } }, (token) => !('nonce' in decode(token).claims)],
  ])('%s, in the next sign-in only and in a minted one', async (_name, change, isFaulty) => {
    await h.control('POST', '/cis2/changes', { clientId: CLIENT, ...change });
    expect(await isFaulty(await idTokenOf(ROSA))).toBe(true);
    expect(await isFaulty(await idTokenOf(ROSA))).toBe(false);
    const minted = await h.control<{ id_token: string }>('POST', '/cis2/id-tokens', {
      ...{ userId: ROSA, clientId: CLIENT },
      ...change,
    });
    expect(await isFaulty(minted.id_token)).toBe(true);
  });
  it('a minted pair belongs together and works at userinfo', async () => {
    const minted = await h.control<Record<string, string>>('POST', '/cis2/id-tokens', {
      ...{ userId: ROSA, clientId: CLIENT, nonce: 'n' },
    });
    const { claims } = decode(minted['id_token'] ?? '');
    expect(claims).toMatchObject({ nonce: 'n', at_hash: halfSha256(minted['access_token'] ?? '') });
    const userinfo = await fetch(`${h.sim.cis2Issuer}/userinfo`, {
      headers: { Authorization: `Bearer ${minted['access_token'] ?? ''}` },
    });
    expect(await userinfo.json()).toMatchObject({ sub: ROSA, nhsid_useruid: ROSA });
  });
  it.each(['/cis2/id-tokens', '/cis2/tokens', '/cis2/changes'])(
    '%s refuses a signature of no kind',
    async (path) => {
      const order = { userId: ROSA, clientId: CLIENT, signature: 'odd' };
      await expect(h.control('POST', path, order)).rejects.toThrow('400');
    },
  );
});

it.each([true, false])('keys rotate, and the old one stays published: %s', async (keepOld) => {
  const before = await idTokenOf(ROSA);
  const { kid } = await h.control<{ kid: string }>('POST', '/cis2/keys/rotate', { keepOld });
  const after = await idTokenOf(ROSA);
  expect(decode(after).header['kid']).toBe(kid);
  expect(await isSignedByIssuer(after, h.sim.cis2Issuer)).toBe(true);
  expect(await isSignedByIssuer(before, h.sim.cis2Issuer)).toBe(keepOld);
});

describe('back-channel logout', () => {
  it('a logout token is posted to each client of the person once', async () => {
    const received: string[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        received.push(new URLSearchParams(text).get('logout_token') ?? '');
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth/cis2/back-channel-logout`;
    await putClient(h, { backChannelUrl: url });
    const { claims } = decode(await idTokenOf(ROSA));
    const logOut = () => h.control<Claims[]>('POST', '/cis2/logout', { userId: ROSA });
    expect(await logOut()).toEqual([{ clientId: CLIENT, sid: claims['sid'], url, status: 200 }]);
    expect(await logOut()).toEqual([]);
    expect(received).toHaveLength(1);
    expect(decode(received[0] ?? '').claims).toEqual({
      iss: h.sim.cis2Issuer,
      aud: CLIENT,
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
      sub: ROSA,
      sid: claims['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(await isSignedByIssuer(received[0] ?? '', h.sim.cis2Issuer)).toBe(true);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('the provider is unavailable', () => {
  const discovery = () => fetch(`${h.sim.cis2Issuer}/.well-known/openid-configuration`);
  it.each<[string, Claims]>([
    ['down', { status: 503 }],
    ['unreachable', { resetBeforeResponse: true }],
  ])('%s, until the fault is lifted', async (_name, fault) => {
    await h.control('POST', '/faults', { target: 'cis2', match: { pathPrefix: '/.well-known' }, fault });
    const outcome = await discovery().then(
      ({ status }) => status,
      () => 'failed',
    );
    expect(outcome).toBe(fault['status'] ?? 'failed');
    await h.control('DELETE', '/faults');
    expect((await discovery()).status).toBe(200);
  });
  it('a slow provider answers after the delay, and the request is recorded', async () => {
    await h.control('POST', '/faults', { target: 'cis2', fault: { delayMs: 100 } });
    const startedAt = performance.now();
    expect((await discovery()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    const records = (await h.requests()).filter(({ target }) => target === 'cis2');
    expect(records.at(-1)?.path).toMatch(/openid-configuration$/);
  });
});
