import { API_PREFIX } from '@gatehouse/contracts/routes';
import { parseClientKey } from '@gatehouse/domain/input/opaque-key';
import { ACTIVATION_MARGIN_S, JWKS_CACHE_S, RETIREMENT_S } from '@gatehouse/domain/registry/signing-key';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AdminApi, r69, smallDocument, startAdmin, borrowAdmin } from '../../support/admin-api.ts';

let admin: AdminApi;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', `${API_PREFIX}/registry/apply`, { document: smallDocument });
});
afterAll(() => admin.close());

describe('client keys', () => {
  const client = { environment: 'int', client: 'worklist-sync' } as const;

  it('are shown once, and two may overlap', async () => {
    const first = await admin.ok('clientKeyIssue', {
      params: client,
      body: { expiresInDays: 30, label: 'blue' },
    });
    expect(parseClientKey(first.key)).toEqual({ environment: 'int', keyId: first.keyId });
    const second = await admin.ok('clientKeyIssue', { params: client, body: {} });
    const third = await admin.call('POST', `${API_PREFIX}/clients/int/worklist-sync/keys`, {});
    expect(third.status).toBe(409);
    expect(third.body.detail).toContain(`${first.keyId} and ${second.keyId}`);
    const { text } = await admin.call('GET', `${API_PREFIX}/clients`);
    expect(text).toContain(first.keyId);
    for (const { key } of [first, second]) expect(text).not.toContain(key.slice(20));
    const recorded = JSON.stringify((await admin.db.registryChange.findMany()).map(({ after }) => after));
    for (const { key } of [first, second]) expect(recorded).not.toContain(key.slice(20));

    const revoked = await admin.ok('clientKeyRevoke', {
      params: { keyId: first.keyId },
      body: { reason: 'changed over' },
    });
    expect(revoked.state).toBe('revoked');
    await admin.ok('clientKeyIssue', { params: client, body: {} });
  });

  it('need a client', async () => {
    expect((await admin.call('POST', `${API_PREFIX}/clients/int/nobody/keys`, {})).status).toBe(404);
    expect((await admin.call('POST', `${API_PREFIX}/client-keys/000000000000/revoke`, {})).status).toBe(404);
  });
});

const appointment = {
  organisation: 'R69',
  environments: ['int'],
  name: 'Sam Owner',
  email: 'sam.owner@example.nhs.uk',
  jobTitle: 'Director of Operations',
  spineUserId: '555073103100',
  authority: {
    cioName: 'Chris Officer',
    reference: 'CIO/2026/7',
    date: '2026-02-20',
    documentSha256: 'ab'.repeat(32),
  },
};

describe('a senior responsible owner', () => {
  it('is proposed, in force once accepted, lapses after the review date, and can be withdrawn', async () => {
    const proposed = await admin.ok('sroAppoint', { body: appointment });
    expect(proposed).toMatchObject({ state: 'proposed', reviewDueOn: '2027-03-02', graceDays: 0 });
    const early = await admin.call('POST', `${API_PREFIX}/sro-appointments/${proposed.id}/review`, {
      reviewDueOn: '2027-06-01',
    });
    expect(early.status).toBe(409);
    const accepted = await admin.ok('sroAccept', { params: { id: proposed.id }, body: {} });
    expect(accepted.state).toBe('in force');

    const start = admin.clock.ms;
    admin.clock.ms = Date.parse('2027-03-02T23:59:59Z');
    const lastDay = await admin.ok('sroList', { query: { organisation: 'R69' } });
    expect(lastDay.items[0]?.state).toBe('review due');
    admin.clock.ms += 1000;
    const dayAfter = await admin.ok('sroList', { query: { organisation: 'R69' } });
    expect(dayAfter.items[0]?.state).toBe('lapsed');
    const reviewed = await admin.ok('sroReview', {
      params: { id: proposed.id },
      body: { reviewDueOn: '2028-03-01' },
    });
    expect(reviewed.state).toBe('in force');
    admin.clock.ms = start;

    const withdrawn = await admin.ok('sroWithdraw', {
      params: { id: proposed.id },
      body: { reason: 'left the trust' },
    });
    expect(withdrawn.state).toBe('withdrawn');
    expect(
      (await admin.call('POST', `${API_PREFIX}/sro-appointments/${proposed.id}/accept`, {})).status,
    ).toBe(409);
  });

  it.each([
    ['an unknown organisation', { organisation: 'X99' }, 404],
    ['an unserved environment', { environments: ['moon'] }, 400],
    ['a short Spine user id', { spineUserId: '123' }, 400],
    ['a review in the past', { reviewDueOn: '2026-03-01' }, 400],
    ['an authority of tomorrow', { authority: { ...appointment.authority, date: '2026-03-03' } }, 400],
  ])('is refused with %s', async (_what, change, status) => {
    const answer = await admin.call('POST', `${API_PREFIX}/sro-appointments`, { ...appointment, ...change });
    expect(answer.status).toBe(status);
  });

  it('cannot be accepted before its first day', async () => {
    const { id } = await admin.ok('sroAppoint', { body: appointment });
    const answer = await admin.call('POST', `${API_PREFIX}/sro-appointments/${id}/accept`, {
      acceptedOn: '2026-03-03',
    });
    expect(answer.status).toBe(400);
    await admin.ok('sroAccept', { params: { id }, body: { acceptedOn: '2026-03-01' } });
  });
});

describe('a write exception', () => {
  const exception = {
    environment: 'int',
    organisation: 'R69',
    product: 'ReferWell',
    capability: 'provider',
    interaction: 'A028',
    useCaseReference: 'NHSE-UC-12',
    expiresOn: '2026-06-30',
  } as const;

  it('is closed until the owner in force has co-signed', async () => {
    const otherException = { ...exception, interaction: 'A036' } as const;
    const granted = await admin.ok('exceptionGrant', { body: otherException });
    const { items } = await admin.ok('sroList', { query: { organisation: 'R69', only: 'standing' } });
    for (const { id } of items)
      await admin.ok('sroWithdraw', { params: { id }, body: { reason: 'left the trust' } });
    const answer = await admin.call('POST', `${API_PREFIX}/write-exceptions/${granted.id}/co-signature`, {
      reference: 'paper 6',
    });
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('Appoint one first');
    const { id } = await admin.ok('sroAppoint', { body: appointment });
    await admin.ok('sroAccept', { params: { id }, body: {} });
  });

  it('lasts to the end of its day in London, and closes immediately when revoked', async () => {
    const granted = await admin.ok('exceptionGrant', { body: exception });
    expect(granted).toMatchObject({
      state: 'to be co-signed',
      organisations: ['R69'],
      expiresAt: '2026-06-30T23:00:00.000Z',
    });
    expect((await admin.call('POST', `${API_PREFIX}/write-exceptions`, exception)).status).toBe(409);
    const params = { id: granted.id };
    const signed = await admin.ok('exceptionCosign', { params, body: { reference: 'paper 7' } });
    expect(signed).toMatchObject({ state: 'in force', cosignedBy: 'Sam Owner' });
    const again = await admin.call('POST', `${API_PREFIX}/write-exceptions/${granted.id}/co-signature`, {
      reference: 'paper 8',
    });
    expect(again.body.detail).toBe('This exception has already been co-signed.');
    const start = admin.clock.ms;
    admin.clock.ms = Date.parse('2026-06-30T23:00:00Z');
    expect((await admin.ok('exceptionList')).items[0]?.state).toBe('expired');
    admin.clock.ms = start;
    const revoked = await admin.ok('exceptionRevoke', {
      params: { id: granted.id },
      body: { reason: 'use case closed' },
    });
    expect(revoked.state).toBe('revoked');
  });

  it.each([
    ['a read', { interaction: 'A005' }, 400],
    ['a day gone by', { expiresOn: '2026-03-01' }, 400],
    ['no such application', { capability: 'referrer' }, 404],
  ])('is refused for %s', async (_what, change, status) => {
    expect(
      (await admin.call('POST', `${API_PREFIX}/write-exceptions`, { ...exception, ...change })).status,
    ).toBe(status);
  });
});

it('sets the assurance floor for all organisations and for one', async () => {
  await admin.ok('assuranceSet', { body: { minimumLevel: 2 } });
  await admin.ok('assuranceSet', { body: { minimumLevel: 3, organisation: 'R69' } });
  await admin.ok('assuranceSet', { body: { minimumLevel: 3 } });
  expect((await admin.ok('assuranceList')).items).toEqual([
    { organisation: null, minimumLevel: 3 },
    { organisation: 'R69', minimumLevel: 3 },
  ]);
  expect((await admin.call('PUT', `${API_PREFIX}/assurance-floors`, { minimumLevel: 1 })).status).toBe(400);
});

describe('signing keys', () => {
  const move = (kid: string, step: string) =>
    admin.call('POST', `${API_PREFIX}/signing-keys/${kid}/${step}`, {});

  it('change state no sooner than API Management’s cache allows', async () => {
    const first = await admin.ok('keyCreate', { body: r69 });
    expect(first).toMatchObject({
      state: 'ACTIVE',
      owner: { kind: 'application', name: 'int / R69 / ReferWell / application-restricted / provider' },
    });
    expect(first.kid).toMatch(/^int-20260302-[A-Za-z0-9_-]{12}$/);
    expect(first.jwksUrl).toMatch(/^https:\/\/gatehouse\.example\/jwks\/[A-Za-z0-9_-]{32}$/);

    const second = await admin.ok('keyCreate', { body: r69 });
    expect(second.state).toBe('PENDING');
    expect((await admin.call('POST', `${API_PREFIX}/signing-keys`, r69)).status).toBe(409);
    expect((await move(second.kid, 'activate')).status).toBe(409);
    const published = (await move(second.kid, 'publish')).body;
    const allowedAt = new Date(admin.clock.ms + (JWKS_CACHE_S + ACTIVATION_MARGIN_S) * 1000).toISOString();
    expect(published).toMatchObject({ state: 'PUBLISHED', nextStepAt: allowedAt });

    admin.clock.ms = Date.parse(allowedAt) - 1;
    const early = await move(second.kid, 'activate');
    expect(early.status).toBe(409);
    expect(early.body.detail).toContain(allowedAt);
    admin.clock.ms += 1;
    expect((await move(second.kid, 'activate')).body.state).toBe('ACTIVE');
    const former = await admin.db.signingKey.findUniqueOrThrow({ where: { kid: first.kid } });
    expect(former.state).toBe('RETIRING');

    const back = await move(first.kid, 'activate');
    expect(back.body.state).toBe('ACTIVE');
    expect((await move(second.kid, 'activate')).body.state).toBe('ACTIVE');

    const soon = await move(first.kid, 'remove');
    expect(soon.status).toBe(409);
    admin.clock.ms += RETIREMENT_S * 1000;
    expect((await move(first.kid, 'remove')).body.state).toBe('REMOVED');
    expect((await move(first.kid, 'publish')).status).toBe(409);
    const { items } = await admin.ok('keyList', { query: { organisation: 'R69' } });
    expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['ACTIVE', 'REMOVED']));
  });

  it('that KMS fails to create are reported with the reason, and nothing is changed', async () => {
    const timeout = new DOMException('The operation timed out.', 'TimeoutError');
    vi.spyOn(admin.parts.kms, 'createSigningKey').mockRejectedValueOnce(timeout);
    const before = await admin.db.signingKey.count();
    const answer = await admin.call('POST', `${API_PREFIX}/signing-keys`, r69);
    expect([answer.status, answer.body.type]).toEqual([503, 'urn:gatehouse:problem:kms-failed']);
    expect(answer.body.detail).toContain('TimeoutError');
    expect(await admin.db.signingKey.count()).toBe(before);
    expect(admin.logged.join()).toContain('KMS did not create a signing key');
  });

  it('are created for one application in an authenticated environment', async () => {
    const many = await admin.call('POST', `${API_PREFIX}/signing-keys`, { organisation: 'R69' });
    expect(many.status).toBe(409);
    expect(many.body.detail).toContain('int / R69 / ReferWell / application-restricted / provider');
    expect((await admin.call('POST', `${API_PREFIX}/signing-keys`, {})).status).toBe(400);
    expect((await admin.call('POST', `${API_PREFIX}/signing-keys`, { organisation: 'X99' })).status).toBe(
      404,
    );
  });
});

describe('the doctor', () => {
  it('lists in order what is missing, who must act and what to ask for', async () => {
    const doctor = await startAdmin();
    const {
      asid: _asid,
      apiKey: _apiKey,
      state: _state,
      messageSets: _sets,
      ...bare
    } = smallDocument.applications[0];
    await doctor.call('POST', `${API_PREFIX}/registry/apply`, {
      document: { ...smallDocument, applications: [bare], clients: [] },
    });
    const report = await doctor.ok('doctor', { query: r69 });
    expect(report).toMatchObject({
      ready: false,
      name: 'Example NHS Trust - ReferWell - Int - Application-Restricted - Provider',
    });
    expect(report.steps.map(({ title, done }) => [title, done])).toEqual([
      ['The organisation is active', true],
      ['A signing key is published at the JWKS URL', false],
      ['The API key of the APIM application is entered here', false],
      ['A senior responsible owner is in force', false],
      ['The ASID that NHS England issued is entered here', false],
      ['Message sets are chosen', false],
      ['The application is live', false],
      ['A signing key is active', false],
      ['A client has a grant for this application', false],
      ['That client has a usable key', false],
    ]);
    expect(report.steps[4]?.values.map(({ name }) => name)).toEqual([
      'asid',
      'app-restricted-ods-code',
      'app-restricted-user-id',
      'app-restricted-business-function',
      'jwks-resource-url',
    ]);
    expect(report.steps.every(({ whatToDo, whoActs }) => whatToDo !== '' && whoActs !== '')).toBe(true);
    await doctor.close();
  });

  it('lists what else a user-restricted application needs', async () => {
    const users = { environment: 'int', organisation: 'RCD', accessMode: 'user-restricted' } as const;
    const stepsDone = async () => {
      const { steps } = await admin.ok('doctor', { query: users });
      const own = ['api-secret', 'cis2-client', 'sro'];
      return steps.filter(({ id }) => own.includes(id)).map(({ id, done }) => [id, done]);
    };
    expect(await stepsDone()).toEqual([
      ['api-secret', true],
      ['cis2-client', false],
    ]);
    const cis2Client = { product: 'ReferWell', environment: 'int', clientId: 'refer-well', auth: 'supplier' };
    await admin.call('POST', `${API_PREFIX}/registry/apply`, {
      document: { apiVersion: 'gatehouse/v1', cis2Clients: [cis2Client] },
    });
    expect(await stepsDone()).toEqual([
      ['api-secret', true],
      ['cis2-client', true],
    ]);
  });

  it('reports an application as ready when nothing is missing', async () => {
    const client = { environment: 'int', client: 'worklist-sync' } as const;
    const { items } = await admin.ok('clientsList');
    const usable = items[0]?.keys.some(({ state }) => state === 'usable');
    if (usable !== true) await admin.ok('clientKeyIssue', { params: client, body: {} });
    const report = await admin.ok('doctor', { query: r69 });
    expect(report.steps.filter(({ done }) => !done)).toEqual([]);
    expect(report.ready).toBe(true);
    const userId = { name: 'app-restricted-user-id', value: '555073103100', known: true };
    expect(report.steps[4]?.values).toContainEqual(userId);
  });
});

describe('lists', () => {
  it('have pages', async () => {
    const first = await admin.ok('organisationsList', { query: { limit: '1' } });
    expect(first).toMatchObject({ items: [{ odsCode: 'R69', applications: 2 }], next: expect.any(String) });
    const second = await admin.ok('organisationsList', { query: { limit: '1', after: first.next ?? '' } });
    expect(second).toMatchObject({ items: [{ odsCode: 'RCD' }], next: null });
    const applications = await admin.ok('applicationsList', {
      query: { organisation: 'R69', state: 'live' },
    });
    expect(applications.items).toHaveLength(1);
    expect(applications.items[0]).toMatchObject({ apiKey: 'r69I…KKLL', asid: '200000002454' });
  });
});

describe('names that look alike', () => {
  it('are rejected with the other name, and older ones are listed by the doctor', async () => {
    const document = { apiVersion: 'gatehouse/v1', products: [{ name: 'referwell' }] };
    const answer = await admin.call('POST', `${API_PREFIX}/registry/diff`, { document });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      {
        pointer: '/document/products/0/name',
        detail:
          'this differs only in case, spacing or look-alike letters from the product "ReferWell": use that name, or another one',
      },
    ]);
    const owner = new pg.Client(admin.database.superuserUrl);
    await owner.connect();
    await owner.query(`SET session_replication_role = 'replica'`);
    await owner.query(`INSERT INTO product (name) VALUES ('Refer Well')`);
    await owner.query(`INSERT INTO organisation (ods_code, name) VALUES ('X90', 'example nhs trust')`);
    await owner.end();
    expect((await admin.ok('doctor', { query: r69 })).lookAlikes).toEqual([
      { kind: 'organisation', name: 'Example NHS Trust (R69)', other: 'example nhs trust (X90)' },
      { kind: 'product', name: 'ReferWell', other: 'Refer Well' },
    ]);
  });
});
