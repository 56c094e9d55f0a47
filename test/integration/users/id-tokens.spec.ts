/** Tokens of CIS2 that a supplier brings: every check, whose they are, and how often the keys of CIS2 are fetched. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBroughtTokens } from '../../../apps/gateway/src/adapters/users/brought-tokens.ts';
import { createIdTokens, type IdTokens } from '../../../apps/gateway/src/adapters/users/id-tokens.ts';
import { noteLoggedOut } from '../../../apps/gateway/src/adapters/users/used-tokens.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const CLIENT = 'referwell-int';
const ACCESS_TOKEN = 'access-token-of-cis2';
const USER = '656005750104';
const START_MS = Date.UTC(2026, 10, 28, 9);
const COOLDOWN_MS = 30_000;
const halfHash = (algorithm: string) => {
  const hash = createHash(`sha${algorithm.slice(2)}`)
    .update(ACCESS_TOKEN)
    .digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
};

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let database: TestDatabase;
let db: Database;
let server: Server;
let issuer: string;
let published: JWK[];
let isAway: boolean;
let fetches: number;
let pair: KeyPair;
let nextPair: KeyPair;
let ids: IdTokens;
const warnings: object[] = [];
const [first, second] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  [pair, nextPair] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  server = createServer((request, response) => {
    if (isAway) return void response.writeHead(503).end();
    const isKeys = request.url?.endsWith('/keys') === true;
    if (isKeys) fetches += 1;
    response.end(JSON.stringify(isKeys ? { keys: published } : { issuer, jwks_uri: `${issuer}/keys` }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/Healthcare`;
});
afterAll(async () => {
  server.close();
  await db.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  // jose keeps the time of its last fetch by the system's clock.
  vi.useFakeTimers({ toFake: ['Date'], now: START_MS });
  [published, isAway, fetches] = [
    [{ ...(await exportJWK(pair.publicKey)), kid: 'one', use: 'sig' }],
    false,
    0,
  ];
  ids = createIdTokens(Date.now, 2_000);
  warnings.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

interface Change {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: KeyPair;
}

async function token({ header = {}, claims = {}, key = pair }: Change = {}): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  const whole = { alg: 'RS256', typ: 'JWT', kid: 'one', ...header };
  return new SignJWT({
    iss: issuer,
    sub: USER,
    aud: CLIENT,
    azp: CLIENT,
    exp: nowS + 3_600,
    iat: nowS,
    auth_time: nowS - 10,
    jti: randomUUID(),
    sid: 'sid-1',
    at_hash: halfHash(whole.alg),
    id_assurance_level: '3',
    authentication_assurance_level: '3',
    ...claims,
  })
    .setProtectedHeader(whole)
    .sign(key.privateKey);
}

const expected = () => ({ issuer, clientId: CLIENT, nonce: null, maxAgeS: null, accessToken: ACCESS_TOKEN });

function tampered(text: string): string {
  const [header = '', payload = '', signature = ''] = text.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const other = Buffer.from(JSON.stringify({ ...claims, sub: '656005750107' })).toString('base64url');
  return `${header}.${other}.${signature}`;
}

function unsigned(text: string, header: object, signature = ''): string {
  const head = Buffer.from(JSON.stringify(header)).toString('base64url');
  return `${head}.${text.split('.')[1] ?? ''}.${signature}`;
}

describe('an ID token', () => {
  it('that CIS2 signed with RS256 is accepted', async () => {
    expect(await ids.verify(await token(), expected())).toEqual({
      ok: true,
      user: {
        userId: USER,
        cis2SessionId: 'sid-1',
        authenticatedAtMs: START_MS - 10_000,
        authenticationAssurance: 3,
        expiresAtMs: START_MS + 3_600_000,
      },
    });
  });

  it('that CIS2 signed with RS512 is accepted, with the at_hash of that algorithm', async () => {
    const key = await generateKeyPair('RS512');
    published = [{ ...(await exportJWK(key.publicKey)), kid: 'one', use: 'sig' }];
    const answer = await ids.verify(await token({ header: { alg: 'RS512' }, key }), expected());
    expect(answer.ok).toBe(true);
  });

  it.each<[string, string, () => Promise<string>]>([
    ['whose claims were changed', 'signature', async () => tampered(await token())],
    ['signed by another key under this kid', 'signature', () => token({ key: nextPair })],
    [
      'without a signature',
      'algorithm',
      async () => unsigned(await token(), { alg: 'none', typ: 'JWT', kid: 'one' }),
    ],
    [
      'with a MAC',
      'algorithm',
      async () => unsigned(await token(), { alg: 'HS256', typ: 'JWT', kid: 'one' }, 'AAAA'),
    ],
    ['without a kid', 'kid', () => token({ header: { kid: undefined } })],
    ['with a kid that CIS2 does not publish', 'kid', () => token({ header: { kid: 'two' } })],
    ['of another issuer', 'iss', () => token({ claims: { iss: `${issuer}/` } })],
    ['of CIS1', 'cis1', () => token({ claims: { iss: 'https://am.example/cis1/openam', realm: '/CIS1' } })],
    ['of the realm CIS1', 'cis1', () => token({ claims: { realm: '/CIS1' } })],
    ['for another client', 'aud', () => token({ claims: { aud: 'another-client' } })],
    ['authorised for another client', 'azp', () => token({ claims: { azp: 'another-client' } })],
    ['that has expired', 'exp', () => token({ claims: { exp: START_MS / 1000 - 60 } })],
    ['of another access token', 'at_hash', () => token({ claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } })],
    ['of identity level 2', 'id_assurance_level', () => token({ claims: { id_assurance_level: 2 } })],
    ['of another type', 'typ', () => token({ header: { typ: 'at+jwt' } })],
    ['that is no token', 'malformed', async () => 'x.y.z'],
    ['that is far too long', 'malformed', async () => `${await token()}${'A'.repeat(20_000)}`],
  ])('%s is rejected: %s', async (_, reason, make) => {
    expect(await ids.verify(await make(), expected())).toEqual({ ok: false, reason });
  });

  it('with at_hash needs its access token, and with a nonce of ours that nonce', async () => {
    const text = await token({ claims: { nonce: 'n-1' } });
    const judged = (change: object) => ids.verify(text, { ...expected(), ...change });
    expect(await judged({ accessToken: null })).toEqual({ ok: false, reason: 'at_hash' });
    expect(await judged({ nonce: 'n-2' })).toEqual({ ok: false, reason: 'nonce' });
    expect((await judged({ nonce: 'n-1' })).ok).toBe(true);
  });
});

describe('the keys of CIS2', () => {
  it('are fetched again for an unknown kid, at most every 30 s, however many tokens name one', async () => {
    await ids.verify(await token(), expected());
    const flood = async () => {
      const text = await token({ header: { kid: 'made-up' } });
      await Promise.all(Array.from({ length: 100 }, () => ids.verify(text, expected())));
    };
    for (let round = 0; round < 5; round += 1) await flood();
    expect(fetches).toBe(1);
    vi.setSystemTime(START_MS + COOLDOWN_MS);
    for (let round = 0; round < 5; round += 1) await flood();
    expect(fetches).toBe(2);
  });

  it('that are new are accepted after one fetch', async () => {
    await ids.verify(await token(), expected());
    published = [{ ...(await exportJWK(nextPair.publicKey)), kid: 'two', use: 'sig' }];
    vi.setSystemTime(START_MS + COOLDOWN_MS);
    const text = await token({ header: { kid: 'two' }, key: nextPair });
    expect((await ids.verify(text, expected())).ok).toBe(true);
    expect(fetches).toBe(2);
  });

  it('that can’t be fetched are no fault of the token', async () => {
    isAway = true;
    const verdict = ids.verify(await token(), expected());
    await expect(verdict).rejects.toMatchObject({ code: 'GW_CIS2_UNAVAILABLE', status: 503 });
  });
});

describe('a token that a client brings', () => {
  const brought = () =>
    createBroughtTokens({
      db,
      idTokens: ids,
      parties: { expected: () => ({ issuer, clientId: CLIENT }) },
      providers: { nameOf: async (_, accessToken) => (accessToken === ACCESS_TOKEN ? 'Rosa Field' : null) },
      now: Date.now,
      log: { warn: (facts) => warnings.push(facts) },
    });
  const bring = (clientId: string, idToken: string, accessToken: string | null = ACCESS_TOKEN) =>
    brought().accept({ environment: 'int', product: 'ReferWell', clientId, idToken, accessToken });

  it('is theirs, as often as they like, and no other client’s', async () => {
    const text = await token();
    for (let time = 0; time < 2; time += 1)
      expect(await bring(first, text)).toMatchObject({
        ok: true,
        name: 'Rosa Field',
        user: { userId: USER },
      });
    expect(await bring(second, text)).toEqual({ ok: false, reason: 'other_client' });
    expect(warnings).toEqual([{ clientId: second, environment: 'int', product: 'ReferWell' }]);
    expect((await bring(first, text)).ok).toBe(true);
  });

  it('at the same moment as another client is one client’s', async () => {
    const text = await token();
    const answers = await Promise.all([bring(first, text), bring(second, text)]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('with other unused bits in its signature is the same token', async () => {
    const text = await token();
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = text.slice(0, -1) + (digits[digits.indexOf(text.at(-1) ?? '') ^ 1] ?? '');
    expect((await bring(first, text)).ok).toBe(true);
    expect(await bring(second, twin)).toMatchObject({ ok: false });
  });

  it('is nobody’s while it is not valid', async () => {
    const text = await token();
    expect(await bring(first, text, null)).toEqual({ ok: false, reason: 'at_hash' });
    expect((await bring(second, text)).ok).toBe(true);
  });

  it('is forgotten when it has expired, and known only by its hash', async () => {
    const text = await token();
    await bring(first, text);
    expect(JSON.stringify(await db.userTokenOwner.findMany())).not.toContain(text.split('.')[2]);
    vi.setSystemTime(START_MS + 2 * 3_600_000);
    await bring(first, await token());
    expect(await db.userTokenOwner.count()).toBe(1);
  });

  it('opens nothing once CIS2 has said that its session ended', async () => {
    const text = await token({ claims: { sid: 'sid-that-ended' } });
    await noteLoggedOut(db, { environment: 'int', cis2SessionId: 'sid-that-ended' }, Date.now());
    expect(await bring(first, text)).toEqual({ ok: false, reason: 'logged_out' });
  });

  it('goes on without a name if userinfo is away', async () => {
    const away = createBroughtTokens({
      db,
      idTokens: ids,
      parties: { expected: () => ({ issuer, clientId: CLIENT }) },
      providers: { nameOf: () => Promise.reject(new Error('away')) },
      now: Date.now,
      log: { warn: (facts) => warnings.push(facts) },
    });
    const which = { environment: 'int', product: 'ReferWell', clientId: first };
    const answer = await away.accept({ ...which, idToken: await token(), accessToken: ACCESS_TOKEN });
    expect(answer).toMatchObject({ ok: true, name: null });
  });
});
