/** CIS2 clients over HTTP: their keys, and what has to be registered with NHS CIS2. */
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { ACTIVATION_MARGIN_S, JWKS_CACHE_S } from '@gatehouse/domain/registry/signing-key';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { signIn } from '../../support/staff.ts';

let admin: AdminApi;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', `${API_PREFIX}/registry/apply`, { document: smallDocument });
});
afterAll(() => admin.close());

const move = (kid: string, step: string) =>
  admin.call('POST', `${API_PREFIX}/signing-keys/${kid}/${step}`, {});

describe('signing keys', () => {
  it('of a CIS2 client have its own JWKS URL and the same states', async () => {
    const cis2Client = { environment: 'int', product: 'ReferWell' };
    const document = { cis2Clients: [{ ...cis2Client, clientId: 'registered', auth: 'private_key_jwt' }] };
    await admin.call('POST', `${API_PREFIX}/registry/apply`, {
      document: { apiVersion: 'gatehouse/v1', ...document },
    });
    const body = { owner: 'cis2-client' as const, ...cis2Client };
    const first = await admin.ok('keyCreate', { body });
    expect(first).toMatchObject({
      state: 'ACTIVE',
      owner: { kind: 'cis2-client', name: 'CIS2 client of ReferWell in int' },
    });
    const { items: ofApplications } = await admin.ok('keyList', { query: { owner: 'application' } });
    expect(ofApplications.map(({ jwksUrl }) => jwksUrl)).not.toContain(first.jwksUrl);

    const second = await admin.ok('keyCreate', { body });
    expect((await move(second.kid, 'publish')).body.state).toBe('PUBLISHED');
    const early = await move(second.kid, 'activate');
    expect(early.body.detail).toContain('NHS CIS2 may still have a copy of the JWKS');
    admin.clock.ms += (JWKS_CACHE_S + ACTIVATION_MARGIN_S) * 1000;
    expect((await move(second.kid, 'activate')).body.state).toBe('ACTIVE');
    const { items } = await admin.ok('keyList', { query: { owner: 'cis2-client' } });
    expect(Object.fromEntries(items.map(({ kid, state }) => [kid, state]))).toEqual({
      [first.kid]: 'RETIRING',
      [second.kid]: 'ACTIVE',
    });
  });

  it('of a CIS2 client belong to no organisation, so that neither a filter by one nor a role limited to one finds them', async () => {
    const { items: all } = await admin.ok('keyList', { query: { owner: 'cis2-client' } });
    expect(all).toHaveLength(2);
    const ofR69 = { owner: 'cis2-client' as const, organisation: 'R69' };
    expect((await admin.ok('keyList', { query: ofR69 })).items).toEqual([]);
    const { headers } = await signIn(
      admin.db,
      'Lou',
      [{ role: 'platform-engineer', odsCodes: ['R69'] }],
      admin.clock.ms,
    );
    for (const query of ['', '?owner=cis2-client']) {
      const answer = await admin.call('GET', `${API_PREFIX}/signing-keys${query}`, undefined, '', headers);
      expect([query, answer.status, answer.body.items]).toEqual([query, 200, []]);
    }
  });

  it.each([
    ['a CIS2 client that has a secret', { product: 'ReferWell' }, 409],
    ['a product without one', { product: 'Other' }, 404],
    ['no product', {}, 400],
  ])('are not created for %s', async (_what, choice, status) => {
    const secret = { clientId: 'registered', auth: 'client_secret', clientSecret: 'the-client-secret' };
    const document = { cis2Clients: [{ environment: 'int', product: 'ReferWell', ...secret }] };
    await admin.call('POST', `${API_PREFIX}/registry/apply`, {
      document: { apiVersion: 'gatehouse/v1', ...document },
    });
    const body = { owner: 'cis2-client', environment: 'int', ...choice };
    expect((await admin.call('POST', `${API_PREFIX}/signing-keys`, body)).status).toBe(status);
  });
});

describe('a CIS2 client', () => {
  const choice = { environment: 'int', product: 'ReferWell' } as const;
  const apply = (client: object) =>
    admin.call('POST', `${API_PREFIX}/registry/apply`, {
      document: {
        apiVersion: 'gatehouse/v1',
        cis2Clients: [{ ...choice, clientId: 'registered', ...client }],
      },
    });
  const show = async () => {
    const { items } = await admin.ok('cis2ClientsList', { query: choice });
    return admin.ok('cis2ClientShow', { params: { id: items[0]?.id ?? '' } });
  };

  it('is shown with its keys and the exact values to register', async () => {
    await apply({ auth: 'private_key_jwt', signingAlgorithm: 'RS256' });
    const { keys, toRegister } = await show();
    const jwksUrl = keys[0]?.jwksUrl ?? '';
    expect(jwksUrl).toMatch(/^https:\/\/gatehouse\.example\/jwks\/[A-Za-z0-9_-]{32}$/);
    expect(toRegister).toEqual([
      { name: 'Callback URL', value: 'https://gatehouse.example/auth/cis2/callback' },
      {
        name: 'Back-channel logout URL',
        value: 'https://gatehouse.example/auth/cis2/back-channel-logout',
      },
      { name: 'JWKS URL', value: jwksUrl },
      { name: 'Signing algorithm', value: 'RS256' },
    ]);
  });

  it('never shows its secret', async () => {
    await apply({ auth: 'client_secret', clientSecret: 'the-secret-of-the-client' });
    expect(JSON.stringify(await show())).not.toContain('the-secret-of-the-client');
  });

  it('is in the checklist of a user-restricted application, with its key', async () => {
    const doctor = async () => {
      const query = { environment: 'int', organisation: 'RCD', accessMode: 'user-restricted' } as const;
      const { steps } = await admin.ok('doctor', { query });
      return steps.filter(({ id }) => id.startsWith('cis2-')).map(({ id, done }) => [id, done]);
    };
    await apply({ auth: 'private_key_jwt' });
    expect(await doctor()).toEqual([
      ['cis2-client', true],
      ['cis2-key', true],
    ]);
    await admin.db.signingKey.updateMany({
      where: { state: 'ACTIVE', cis2ClientId: { not: null } },
      data: { state: 'RETIRING', retiredAt: new Date(admin.clock.ms) },
    });
    expect(await doctor()).toEqual([
      ['cis2-client', true],
      ['cis2-key', false],
    ]);
    await apply({ auth: 'supplier' });
    expect(await doctor()).toEqual([['cis2-client', true]]);
  });
});
