import { describe, expect, it } from 'vitest';
import { activeCis2Client, signingKeyFor } from './cis2-client.js';
import type { Cis2Client, SigningKey } from './registry.js';

const key = (kid: string, state: SigningKey['state']): SigningKey => ({
  id: kid,
  kid,
  kmsKeyArn: `arn-${kid}`,
  thumbprint: kid,
  publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' },
  state,
  publishedAtMs: 1,
  activatedAtMs: null,
});
const client = (change: Partial<Cis2Client> = {}): Cis2Client => ({
  id: 'c15',
  environment: 'int',
  product: 'ReferWell',
  clientId: 'registered',
  auth: 'private_key_jwt',
  signingAlgorithm: 'RS512',
  state: 'active',
  jwksId: 'j'.repeat(22),
  signingKeys: [key('old', 'RETIRING'), key('now', 'ACTIVE'), key('next', 'PUBLISHED')],
  ...change,
});

describe('the key of a client assertion', () => {
  it.each<[string, Partial<Cis2Client>, string | null]>([
    ['the active one', {}, 'now'],
    ['none before one is active', { signingKeys: [key('next', 'PUBLISHED')] }, null],
    ['none with a secret', { auth: 'client_secret' }, null],
    ['none where the supplier signs users in', { auth: 'supplier' }, null],
  ])('is %s', (_what, change, kid) => {
    expect(signingKeyFor(client(change))?.kid ?? null).toBe(kid);
  });
});

describe('the CIS2 client of a product', () => {
  const snapshot = { cis2Clients: new Map([['int/ReferWell', client()]]) };

  it.each([
    ['its own', { environment: 'int', product: 'ReferWell' }, 'c15'],
    ['none in another environment', { environment: 'prod', product: 'ReferWell' }, null],
    ['none of another product', { environment: 'int', product: 'Other' }, null],
  ])('is %s', (_what, product, id) => {
    expect(activeCis2Client(snapshot, product)?.id ?? null).toBe(id);
  });

  it('is none once it is retired', () => {
    const retired = { cis2Clients: new Map([['int/ReferWell', client({ state: 'retired' })]]) };
    expect(activeCis2Client(retired, { environment: 'int', product: 'ReferWell' })).toBeNull();
  });
});
