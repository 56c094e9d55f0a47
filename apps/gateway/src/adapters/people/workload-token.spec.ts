import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, type Snapshot, workloadKey } from '@gatehouse/domain/registry/registry';
import { createWorkloadVerifier } from './workload-token.js';

const NOW_S = 1_800_000_000;
const SUBJECT = 'system:serviceaccount:referrals:worklist-sync';
const AUDIENCE = 'https://gatehouse.example';

let server: Server;
let issuer: string;
let keys: GenerateKeyPairResult;
let stranger: GenerateKeyPairResult;
let published: JWK;
let discovery: object;
let fetches = 0;

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  stranger = await generateKeyPair('RS256');
  published = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  server = createServer((request, response) => {
    fetches += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [published] } : discovery));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  discovery = { issuer, jwks_uri: `${issuer}/keys` };
});
afterAll(() => server.close());

const snapshotOf = (bound = { issuer, audience: AUDIENCE, subject: SUBJECT }): Snapshot => {
  const client = {
    id: 'client',
    name: 'worklist-sync',
    environment: 'int',
    state: 'active',
    grants: [],
    rateShare: 'single',
  };
  return {
    clients: new Map([['client', { ...client, workload: bound } as Client]]),
    workloads: new Map([[workloadKey(bound.issuer, bound.subject), 'client']]),
  } as unknown as Snapshot;
};
const verifier = () =>
  createWorkloadVerifier({ now: () => NOW_S * 1000, timeoutMs: 500, onFault: () => undefined });

interface Variant {
  readonly claims?: JWTPayload;
  readonly drop?: readonly string[];
  readonly header?: { alg?: string; kid?: string; jku?: string };
  readonly key?: CryptoKey | Uint8Array;
}

async function token({
  claims = {},
  drop = [],
  header = {},
  key = keys.privateKey,
}: Variant = {}): Promise<string> {
  const all: JWTPayload = {
    iss: issuer,
    aud: AUDIENCE,
    sub: SUBJECT,
    iat: NOW_S - 10,
    exp: NOW_S + 600,
    ...claims,
  };
  const payload = Object.fromEntries(Object.entries(all).filter(([name]) => !drop.includes(name)));
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(key);
}

describe('a workload JWT', () => {
  it('with the bound issuer, subject and audience identifies its client', async () => {
    expect(await verifier().verify(await token(), snapshotOf())).toEqual({ issuer, subject: SUBJECT });
  });

  it.each<[string, Variant]>([
    ['expired', { claims: { exp: NOW_S - 60, iat: NOW_S - 600 } }],
    ['without exp', { drop: ['exp'] }],
    ['without iat', { drop: ['iat'] }],
    ['not yet valid', { claims: { nbf: NOW_S + 600 } }],
    ['of another audience', { claims: { aud: 'https://other.example' } }],
    ['without audience', { drop: ['aud'] }],
    ['of another subject', { claims: { sub: 'system:serviceaccount:default:default' } }],
    ['without subject', { drop: ['sub'] }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['that lives for a week', { claims: { exp: NOW_S + 604_800 } }],
    ['that is an ID token', { claims: { nonce: 'n' } }],
    ['of a kid that is not published', { header: { kid: 'two' } }],
  ])('%s is refused', async (_, variant) => {
    expect(await verifier().verify(await token(variant), snapshotOf())).toBeNull();
  });

  it('signed with another key is refused', async () => {
    expect(await verifier().verify(await token({ key: stranger.privateKey }), snapshotOf())).toBeNull();
  });

  it('that names a key set of its own is verified with the issuer’s keys only', async () => {
    const forged = await token({ key: stranger.privateKey, header: { jku: `${issuer}/evil` } });
    expect(await verifier().verify(forged, snapshotOf())).toBeNull();
  });

  it('without a signature, or with an HMAC by the public key, is refused', async () => {
    const claims = { iss: issuer, aud: AUDIENCE, sub: SUBJECT, iat: NOW_S, exp: NOW_S + 60 };
    expect(await verifier().verify(new UnsecuredJWT(claims).encode(), snapshotOf())).toBeNull();
    const symmetric = await token({ header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(published)) });
    expect(await verifier().verify(symmetric, snapshotOf())).toBeNull();
  });

  it.each(['', 'a.b', 'a.b.c', 'x'.repeat(9_000)])(
    'that is not a JWT is refused without a call to an issuer',
    async (text) => {
      const before = fetches;
      expect(await verifier().verify(text, snapshotOf())).toBeNull();
      expect(fetches).toBe(before);
    },
  );

  it('of an issuer to which no client is bound causes no call', async () => {
    const before = fetches;
    const bound = { issuer: 'https://other.example', audience: AUDIENCE, subject: SUBJECT };
    expect(await verifier().verify(await token(), snapshotOf(bound))).toBeNull();
    expect(fetches).toBe(before);
  });

  it('is refused while the discovery document names another issuer', async () => {
    const right = discovery;
    discovery = { issuer: 'https://evil.example', jwks_uri: `${issuer}/keys` };
    expect(await verifier().verify(await token(), snapshotOf())).toBeNull();
    discovery = right;
  });

  it('is refused without waiting while its issuer can’t be reached', async () => {
    const bound = { issuer: 'http://127.0.0.1:9', audience: AUDIENCE, subject: SUBJECT };
    expect(
      await verifier().verify(await token({ claims: { iss: bound.issuer } }), snapshotOf(bound)),
    ).toBeNull();
  });
});
