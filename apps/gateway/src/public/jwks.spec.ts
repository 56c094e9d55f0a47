import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Application, SigningKey, Snapshot } from '@gatehouse/domain/registry/registry';
import type { SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveJwks } from './jwks.js';

const ID = 'jwksid_0123456789-AB';
const PRIVATE = {
  d: 'D',
  p: 'P',
  q: 'Q',
  dp: 'DP',
  dq: 'DQ',
  qi: 'QI',
  oth: [],
  k: 'K',
  x5u: 'X',
  kid: 'no',
};
const key = (kid: string, state: SigningKeyState): SigningKey => ({
  id: `id-${kid}`,
  kid,
  kmsKeyArn: 'arn:aws:kms:secret-place',
  thumbprint: 'thumb',
  // What a careless import might have stored.
  publicJwk: { ...PRIVATE, kty: 'RSA', n: `n-${kid}`, e: 'AQAB' },
  state,
  publishedAtMs: 1,
  activatedAtMs: null,
});
const published = (kid: string) => ({ kty: 'RSA', n: `n-${kid}`, e: 'AQAB', kid, alg: 'RS512', use: 'sig' });

let snapshot: Snapshot | null = null;
function serving(...keys: SigningKey[]): void {
  const application = { signingKeys: keys, apiKey: 'the-api-key' } as unknown as Application;
  snapshot = {
    applicationsByJwksId: new Map([[ID, application]]),
    cis2ClientsByJwksId: new Map(),
  } as unknown as Snapshot;
}

let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer(serveJwks(() => snapshot)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
async function ask(path = `/jwks/${ID}`, init: RequestInit = {}) {
  const response = await fetch(origin + path, init);
  return {
    status: response.status,
    header: (name: string) => response.headers.get(name),
    body: await response.text(),
  };
}

describe('the keys of a CIS2 client', () => {
  it.each(['RS512', 'RS256'] as const)(
    'are published for %s, as it is registered',
    async (signingAlgorithm) => {
      const client = { signingAlgorithm, signingKeys: [key('one', 'ACTIVE'), key('two', 'PENDING')] };
      snapshot = {
        applicationsByJwksId: new Map(),
        cis2ClientsByJwksId: new Map([[ID, client]]),
      } as unknown as Snapshot;
      const { status, body } = await ask();
      expect(status).toBe(200);
      expect(JSON.parse(body)).toEqual({ keys: [{ ...published('one'), alg: signingAlgorithm }] });
    },
  );
});

describe('the keys of one application', () => {
  it.each<[string, SigningKeyState[], string[]]>([
    ['one active', ['ACTIVE'], ['k0']],
    ['all published states, in order', ['RETIRING', 'ACTIVE', 'PUBLISHED'], ['k0', 'k1', 'k2']],
    ['none pending or removed', ['PENDING', 'ACTIVE', 'REMOVED'], ['k1']],
  ])('%s', async (_, states, kids) => {
    serving(...states.map((state, index) => key(`k${index}`, state)));
    const { status, body, header } = await ask();
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ keys: kids.map(published) });
    expect(header('content-type')).toBe('application/json');
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('cache-control')).toBe('public, max-age=60, must-revalidate, no-transform');
  });

  it('holds the listed members and nothing else that is stored (threat J2)', async () => {
    serving(key('k', 'ACTIVE'));
    const { body } = await ask();
    const [jwk] = (JSON.parse(body) as { keys: object[] }).keys;
    expect(Object.keys(jwk ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(body).not.toMatch(/secret-place|the-api-key|thumb/);
  });
});

describe('APIM keeps a 200 for an hour, so a doubtful set is never one (threat J1)', () => {
  it.each<[string, SigningKeyState[] | null]>([
    ['no keys', []],
    ['a pending key alone', ['PENDING']],
    ['a removed key alone', ['REMOVED']],
    ['the registry never read', null],
  ])('%s: 503', async (_, states) => {
    if (states === null) snapshot = null;
    else serving(...states.map((state) => key('k', state)));
    for (const method of ['GET', 'HEAD']) {
      const { status, body, header } = await ask(undefined, { method });
      expect({ status, body }).toEqual({ status: 503, body: '' });
      expect(header('cache-control')).toBe('no-store');
      expect(Number(header('retry-after'))).toBeGreaterThan(0);
    }
  });
});

describe('everything else', () => {
  it.each([
    ['another id', `/jwks/${ID}x`],
    ['an id in another case', `/jwks/${ID.toUpperCase()}`],
    ['a short id', '/jwks/short'],
    ['a member of Map', '/jwks/__proto__________'],
    ['a long id', `/jwks/${'a'.repeat(65)}`],
    ['no id', '/jwks/'],
    ['a trailing slash', `/jwks/${ID}/`],
    ['a query', `/jwks/${ID}?a=b`],
    ['an escape', `/jwks/${ID.replace('j', '%6a')}`],
    ['a prefix', `/x/jwks/${ID}`],
    ['the root', '/'],
  ])('%s: 404', async (_, path) => {
    serving(key('k', 'ACTIVE'));
    const { status, body, header } = await ask(path);
    expect({ status, body }).toEqual({ status: 404, body: '' });
    expect(header('cache-control')).toBe('no-store');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s: 405', async (method) => {
    serving(key('k', 'ACTIVE'));
    const { status, header } = await ask(undefined, { method });
    expect({ status, allow: header('allow') }).toEqual({ status: 405, allow: 'GET, HEAD' });
  });
});

describe('conditional requests and HEAD', () => {
  it('304 to the same ETag, without a body; another ETag once a key is added', async () => {
    serving(key('k', 'ACTIVE'));
    const etag = (await ask()).header('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    const again = await ask(undefined, { headers: { 'If-None-Match': etag } });
    expect([again.status, again.body, again.header('etag')]).toEqual([304, '', etag]);
    expect(again.header('cache-control')).toBe('public, max-age=60, must-revalidate, no-transform');
    serving(key('k', 'ACTIVE'), key('k2', 'PUBLISHED'));
    const changed = await ask(undefined, { headers: { 'If-None-Match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.header('etag')).not.toBe(etag);
  });

  it.each([
    ['weakened by a proxy', (etag: string) => `W/${etag}`, 304],
    ['among others', (etag: string) => `"x", W/${etag}`, 304],
    ['any', () => '*', 304],
    ['changed by a proxy', (etag: string) => etag.replace(/"$/, '-gzip"'), 200],
  ])('If-None-Match with a tag %s', async (_, header, status) => {
    serving(key('k', 'ACTIVE'));
    const etag = (await ask()).header('etag') ?? '';
    const { status: answered } = await ask(undefined, { headers: { 'If-None-Match': header(etag) } });
    expect(answered).toBe(status);
  });

  it('HEAD is GET without its body', async () => {
    serving(key('k', 'ACTIVE'));
    const [get, head] = [await ask(), await ask(undefined, { method: 'HEAD' })];
    expect([head.status, head.body]).toEqual([200, '']);
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control']) {
      expect(head.header(name)).toBe(get.header(name));
    }
    expect(head.header('content-length')).toBe(String(get.body.length));
  });
});
