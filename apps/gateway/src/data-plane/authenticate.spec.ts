import { createHash, randomBytes } from 'node:crypto';
import { GatewayError } from '@gatehouse/domain/errors';
import { mintClientKey } from '@gatehouse/domain/input/opaque-key';
import {
  type Client,
  type Credential,
  type Snapshot,
  workloadKey,
} from '@gatehouse/domain/registry/registry';
import { describe, expect, it } from 'vitest';
import { authenticate } from './authenticate.js';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';

const NOW = 1_000_000;
const { id: keyId, key } = mintClientKey('int', randomBytes);
const unknown = mintClientKey('int', randomBytes).key;
const ofProd = mintClientKey('prod', randomBytes);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const CLIENT: Client = {
  id: 'c1',
  name: 'sync',
  environment: 'int',
  state: 'active',
  grants: [],
  workload: { issuer: 'https://issuer.example', audience: 'gatehouse', subject: 'sub' },
  rateShare: 'single',
};
const CREDENTIAL: Credential = {
  keyId,
  clientId: 'c1',
  secretHash: sha256(key),
  expiresAtMs: NOW + 1,
  revokedAtMs: null,
};

interface World {
  readonly client?: Partial<Client>;
  readonly credential?: Partial<Credential>;
  readonly clients?: readonly Client[];
  readonly served?: readonly string[];
  /** Subject that the workload verifier finds in any token; null: it refuses. */
  readonly subject?: string | null;
}

async function call(authorization: string | null, world: World = {}) {
  const client = { ...CLIENT, ...world.client };
  const snapshot = {
    clients: new Map((world.clients ?? [client]).map((one) => [one.id, one])),
    credentials: new Map([
      [keyId, { ...CREDENTIAL, ...world.credential }],
      [ofProd.id, { ...CREDENTIAL, keyId: ofProd.id, secretHash: sha256(ofProd.key) }],
    ]),
    workloads: new Map([[workloadKey('https://issuer.example', 'sub'), 'c1']]),
  } as unknown as Snapshot;
  const verified: string[] = [];
  const subject = world.subject === undefined ? null : world.subject;
  const deps = {
    clock: { now: () => NOW, monotonicNow: () => 0 },
    environments: new Map((world.served ?? ['int']).map((name) => [name, {}])),
    registry: { current: () => snapshot },
    workloads: {
      verify: (token: string) => {
        verified.push(token);
        return Promise.resolve(subject === null ? null : { issuer: 'https://issuer.example', subject });
      },
    },
  } as unknown as PlaneDeps;
  const exchange = { client: null, keyId: null } as unknown as Exchange;
  try {
    return { found: await authenticate(deps, exchange, authorization), exchange, verified, error: null };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { found: null, exchange, verified, error };
  }
}

/** One letter of the key changed, at a place counted from its start or, if negative, its end. */
const altered = (at: number) => {
  const index = at < 0 ? key.length + at : at;
  return key.slice(0, index) + (key[index] === 'x' ? 'y' : 'x') + key.slice(index + 1);
};

describe('a live key', () => {
  it.each([`Bearer ${key}`, `bearer ${key}`, `BEARER ${key}`])('%s', async (authorization) => {
    const { found, exchange } = await call(authorization);
    expect(found).toEqual(CLIENT);
    expect(exchange).toMatchObject({ keyId, client: CLIENT });
  });
});

describe('GW_TOKEN, always the same answer', () => {
  it.each<[string, string | null, World]>([
    ['nothing', null, {}],
    ['an empty header', '', {}],
    ['the scheme alone', 'Bearer', {}],
    ['the scheme and a space', 'Bearer ', {}],
    ['the key alone', key, {}],
    ['Basic', `Basic ${key}`, {}],
    ['Token', `Token ${key}`, {}],
    ['two spaces', `Bearer  ${key}`, {}],
    ['a tab', `Bearer\t${key}`, {}],
    ['a space in front', ` Bearer ${key}`, {}],
    ['a space behind', `Bearer ${key} `, {}],
    ['a line feed behind', `Bearer ${key}\n`, {}],
    ['two in a list', `Bearer ${key}, Bearer ${key}`, {}],
    ['two with a comma', `Bearer ${key},${key}`, {}],
    ['quoted', `Bearer "${key}"`, {}],
    ['9 kB', `Bearer ${'a'.repeat(9_216)}`, { subject: 'sub' }],
    ['9 kB that begin as a key', `Bearer ${key}${'a'.repeat(9_216)}`, {}],
    ['a key in capitals', `Bearer ${key.toUpperCase()}`, {}],
    ['padding', `Bearer ${key}=`, {}],
    ['an unknown key', `Bearer ${unknown}`, {}],
    ['a key id with another secret', `Bearer ${key}`, { credential: { secretHash: sha256(unknown) } }],
    ['revoked', `Bearer ${key}`, { credential: { revokedAtMs: NOW - 1 } }],
    ['revoked for later', `Bearer ${key}`, { credential: { revokedAtMs: NOW + 9 } }],
    ['expired this millisecond', `Bearer ${key}`, { credential: { expiresAtMs: NOW } }],
    ['a suspended client', `Bearer ${key}`, { client: { state: 'suspended' } }],
    ['a retired client', `Bearer ${key}`, { client: { state: 'retired' } }],
    ['a client that is gone', `Bearer ${key}`, { clients: [] }],
    ['an environment not served', `Bearer ${key}`, { served: ['prod'] }],
    ['no environment served', `Bearer ${key}`, { served: [] }],
    [
      'a client moved to another environment',
      `Bearer ${key}`,
      { client: { environment: 'prod' }, served: ['prod'] },
    ],
    ['a key of another environment than its client', `Bearer ${ofProd.key}`, { served: ['int', 'prod'] }],
    ['altered environment', `Bearer ${altered(3)}`, {}],
    ['altered key id', `Bearer ${altered(8)}`, {}],
    ['altered secret', `Bearer ${altered(30)}`, {}],
    ['altered checksum', `Bearer ${altered(-1)}`, {}],
    ['an admin token', 'Bearer gha_000000000000_x', {}],
    ['a workload token that is refused', 'Bearer a.b.c', { subject: null }],
    ['a workload of no client', 'Bearer a.b.c', { subject: 'other' }],
    ['a workload whose client is gone', 'Bearer a.b.c', { subject: 'sub', clients: [] }],
    ['a workload of a suspended client', 'Bearer a.b.c', { subject: 'sub', client: { state: 'suspended' } }],
    ['a workload in an environment not served', 'Bearer a.b.c', { subject: 'sub', served: ['prod'] }],
  ])('%s', async (_, authorization, world) => {
    const { error, found } = await call(authorization, world);
    expect(found).toBeNull();
    expect(error).toMatchObject({ code: 'GW_TOKEN', status: 401 });
    expect(error?.options.headers).toEqual({
      'WWW-Authenticate': 'Bearer realm="gatehouse", error="invalid_token"',
    });
    expect(error?.options).not.toHaveProperty('cause');
    // The detail is for the log, and even there holds nothing that was sent.
    expect(error?.options.detail).not.toContain(key.slice(-20));
  });
});

describe('what is asked of whom', () => {
  it('a workload JWT bound to an active client', async () => {
    const { found, exchange, verified } = await call('Bearer a.b.c', { subject: 'sub' });
    expect(found).toEqual(CLIENT);
    expect(exchange.keyId).toBe('workload');
    expect(verified).toEqual(['a.b.c']);
  });

  it.each([key, unknown, altered(-1)])('a client key is never shown to an issuer', async (presented) => {
    expect((await call(`Bearer ${presented}`)).verified).toEqual([]);
  });

  it.each<[string, World]>([
    ['revoked', { credential: { revokedAtMs: 1 } }],
    ['of a suspended client', { client: { state: 'suspended' } }],
  ])('audit learns the id of a key that is %s', async (_, world) => {
    expect((await call(`Bearer ${key}`, world)).exchange.keyId).toBe(keyId);
  });

  it('but not of one whose secret is wrong', async () => {
    const { exchange } = await call(`Bearer ${key}`, { credential: { secretHash: sha256('x') } });
    expect(exchange).toMatchObject({ keyId: null, client: null });
  });
});
