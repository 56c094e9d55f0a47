/** Staff sign in while Gatehouse authenticates itself to the provider with a key in KMS. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { openClientKey } from '../../../apps/gateway/src/adapters/people/client-key.ts';
import { serveStaffJwks } from '../../../apps/gateway/src/public/staff-jwks.ts';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../../support/servers/identity-provider.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';

const clock = { ms: Date.now() };
const now = () => clock.ms;
const PATH = '/jwks/gatehouse-staff-sign-in';

let admin: AdminApi;
let provider: IdentityProvider;
let server: Server;
let jwksUrl: string;
const errors: unknown[] = [];

beforeAll(async () => {
  const { AWS_ENDPOINT_URL_KMS: endpoint } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as {
    AWS_ENDPOINT_URL_KMS?: string;
  };
  const kms = openKms({ region: 'eu-west-2', endpoint, timeoutMs: 5_000, proxy: null });
  const key = { applicationId: 'staff', odsCode: 'none', environment: 'int' };
  const { arn } = await kms.createSigningKey(key);
  kms.close();
  provider = await startIdentityProvider(now);
  admin = await startAdmin(
    { now },
    {
      GATEHOUSE_STAFF_ISSUER: provider.issuer,
      GATEHOUSE_STAFF_CLIENT_KMS_KEY: arn,
      GATEHOUSE_STAFF_ROLES: 'auditors=auditor',
    },
  );
  const published = serveStaffJwks(openClientKey(admin.parts.kms, arn, now), (error) => errors.push(error));
  const missing = serveStaffJwks(openClientKey(admin.parts.kms, `${arn}0`, now), (error) =>
    errors.push(error),
  );
  server = createServer((request, response) => {
    if (request.headers['x-key'] === 'missing' ? missing(request, response) : published(request, response))
      return;
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
});
afterAll(async () => {
  server.close();
  await admin.close();
  await provider.close();
});

const publishedKeys = async () => (await (await fetch(jwksUrl)).json()) as JSONWebKeySet;

it.each([
  ['RS512', ['RS256', 'RS512']],
  ['RS256', ['RS256']],
])('with an %s assertion that the published key verifies', async (algorithm, supported) => {
  // Longer than a discovery document is cached.
  clock.ms += 11 * 60_000;
  provider.metadata = { token_endpoint_auth_signing_alg_values_supported: supported };
  provider.claims = { groups: ['auditors'] };
  const browser = new HttpBrowser(admin.url);
  const begun = await browser.go(`${admin.url}/auth/sign-in`);
  const redirect = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(redirect.headers.get('location') ?? '');
  expect((await browser.go(admin.url + pathname + search)).status).toBe(303);
  const form = provider.tokenRequests.at(-1);
  expect(form?.has('client_secret')).toBe(false);
  const keys = createLocalJWKSet(await publishedKeys());
  const { protectedHeader, payload } = await jwtVerify(form?.get('client_assertion') ?? '', keys, {
    currentDate: new Date(clock.ms),
  });
  expect(protectedHeader.alg).toBe(algorithm);
  expect(payload).toMatchObject({ iss: 'gatehouse', sub: 'gatehouse', aud: `${provider.issuer}/token` });
});

it('publishes the public half of that key and nothing else', async () => {
  const { keys } = await publishedKeys();
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['e', 'kid', 'kty', 'n', 'use']]);
  expect((await fetch(jwksUrl, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${jwksUrl}/x`)).status).toBe(404);
});

it('answers 503, and logs the reason, if KMS has no such key', async () => {
  expect((await fetch(jwksUrl, { headers: { 'x-key': 'missing' } })).status).toBe(503);
  expect(errors).toEqual([expect.objectContaining({ code: 'GW_KEY_UNUSABLE' })]);
});
