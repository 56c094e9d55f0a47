import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretBox } from '../../../apps/gateway/src/adapters/kms/secret-box.ts';
import { Transactions } from '../../../apps/gateway/src/admin/http/transactions.ts';
import { type AdminApi, smallDocument, startAdmin, borrowAdmin } from '../../support/admin-api.ts';
import { IS_FULL_SIZE } from '../../support/size.ts';

let admin: AdminApi;
beforeAll(async () => {
  admin = await borrowAdmin();
});
afterAll(() => admin.close());

const apply = (document: unknown, token?: string) =>
  admin.call('POST', '/api/v1/registry/apply', { document, reason: 'a test' }, token);
const lastOf = (lines: { type: string }[]) => lines.at(-1);

describe('applying a registry file', () => {
  it('is compared first, which says what would wait for an SRO', async () => {
    const { body } = await admin.call('POST', '/api/v1/registry/diff', { document: smallDocument });
    expect(body.remarks).toEqual([
      '1 application would wait for an SRO: its requests are rejected until the organisation has one in force: int / R69 / ReferWell / application-restricted / provider.',
    ]);
  });

  it('creates its records, reports progress, and records who did it and why', async () => {
    const { status, body } = await apply(smallDocument);
    expect(status).toBe(200);
    expect(body[0]).toEqual({ type: 'planned', changes: 7, unchanged: 0 });
    expect(body.some((line: { type: string }) => line.type === 'progress')).toBe(true);
    expect(lastOf(body)).toMatchObject({ type: 'done', registryVersion: expect.any(Number) });
    const changes = await admin.db.registryChange.findMany({ where: { tableName: 'application' } });
    expect(changes).toHaveLength(2);
    expect(changes[0]?.actor).toMatch(/^registry\+governance\+audit \([0-9A-Za-z]{12}\)$/);
    expect(changes[0]?.reason).toBe('a test');
  });

  it('changes nothing the second time', async () => {
    const before = await admin.db.registryHead.findFirst();
    const { body } = await apply(smallDocument);
    expect(body).toEqual([
      { type: 'planned', changes: 0, unchanged: 7 },
      { type: 'done', registryVersion: Number(before?.version), changes: [] },
    ]);
    const { body: diff } = await admin.call('POST', '/api/v1/registry/diff', { document: smallDocument });
    expect(new Set(diff.changes.map(({ action }: { action: string }) => action))).toEqual(
      new Set(['unchanged']),
    );
    expect(diff.remarks).toEqual([]);
  });

  it('changes nothing if any part of it is wrong, and names each place', async () => {
    const before = await admin.db.registryHead.findFirst();
    const wrong = {
      ...smallDocument,
      organisations: [...smallDocument.organisations, { odsCode: 'NEW', name: 'New' }],
      applications: [
        { ...smallDocument.applications[0], messageSets: ['none'] },
        { ...smallDocument.applications[0], organisation: 'RCD' },
      ],
    };
    const { status, body, headers } = await apply(wrong);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/document/applications/0/messageSets/0',
      '/document/applications/1/asid',
      '/document/applications/1/apiKey',
    ]);
    expect(await admin.db.registryHead.findFirst()).toEqual(before);
    expect(await admin.db.organisation.findUnique({ where: { odsCode: 'NEW' } })).toBeNull();
  });

  it('reports all syntax faults at once', async () => {
    const { status, body } = await apply({
      ...smallDocument,
      organisations: [{ odsCode: 'r69', name: '' }],
      applications: [
        { ...smallDocument.applications[0], asid: 200000002454, asidSharedWith: ['PDS'], capabilty: 'x' },
      ],
    });
    expect(status).toBe(400);
    expect(
      Object.fromEntries(
        body.errors.map((error: { pointer: string; detail: string }) => [error.pointer, error.detail]),
      ),
    ).toEqual({
      '/document/organisations/0/odsCode': 'an ODS code has 1 to 10 capital letters and digits',
      '/document/organisations/0/name': "the organisation's name is empty",
      '/document/applications/0/asid': 'the ASID was read as a number: put it in quotes',
      '/document/applications/0/asidSharedWith/0':
        "an ASID used for e-RS can't be shared with PDS: it needs its own ASID",
      '/document/applications/0/capabilty': '"capabilty" is not known here; check its spelling',
    });
  });

  it('lists the first 200 faults, and says how many there are', async () => {
    const document = { ...smallDocument, applications: Array.from({ length: 5_000 }, () => ({})) };
    const { status, text, body } = await apply(document);
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(201);
    expect(body.errors.at(-1)).toEqual({
      pointer: '',
      detail: 'only the first 200 of 15,000 faults are listed: correct these, then try again',
    });
    expect(text.length).toBeLessThan(50_000);
  });

  it('refuses a file with too many entries before it reads any of them', async () => {
    const { status, body } = await apply({ ...smallDocument, clients: Array(60_000).fill({}) });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: '/document', detail: expect.stringContaining('split it, for example by organisation') },
    ]);
  });

  it('changes message sets, organisations, grants and states in place, and keeps the other rows', async () => {
    const binding = await admin.db.binding.findFirstOrThrow({
      where: { odsCode: 'R69', accessMode: 'user-restricted' },
    });
    const [first, second] = smallDocument.applications;
    const { body } = await apply({
      apiVersion: 'gatehouse/v1',
      messageSets: [{ name: 'extra', interactions: ['A025'] }],
      applications: [
        { ...first, messageSets: ['provider-read', 'extra'], state: 'suspended' },
        { ...second, organisations: ['R69'] },
      ],
      clients: [{ ...smallDocument.clients[0], grants: [], state: 'suspended' }],
    });
    expect(lastOf(body)).toMatchObject({ type: 'done' });
    expect(await admin.db.binding.findUnique({ where: { id: binding.id } })).toEqual(binding);
    expect(await admin.db.binding.count({ where: { odsCode: 'RCD' } })).toBe(0);
    expect(await admin.db.clientGrant.count()).toBe(0);
    expect(lastOf((await apply(smallDocument)).body)).toMatchObject({ type: 'done' });
    expect(await admin.db.clientGrant.count()).toBe(1);
  });

  it('swaps an application for its successor in one file', async () => {
    const [first] = smallDocument.applications;
    const { body } = await apply({
      apiVersion: 'gatehouse/v1',
      applications: [
        { ...first, state: 'retired' },
        { ...first, asid: '200000007777', apiKey: 'the-successor-of-the-key' },
      ],
    });
    expect(lastOf(body)).toMatchObject({
      type: 'done',
      changes: [{ action: 'retire' }, { action: 'create' }],
    });
    expect(
      await admin.db.binding.count({
        where: { live: true, odsCode: 'R69', accessMode: 'application-restricted' },
      }),
    ).toBe(1);
  });

  it('never shows an API key or secret, in answers, export, lists or the record of changes', async () => {
    const { text: exported } = await admin.call('GET', '/api/v1/registry/export');
    const { text: applications } = await admin.call('GET', '/api/v1/applications');
    const { text: diff } = await admin.call('POST', '/api/v1/registry/diff', {
      document: {
        apiVersion: 'gatehouse/v1',
        applications: [
          {
            ...smallDocument.applications[1],
            apiKey: 'aNewKey0123456789abcdefGGHHII',
            apiSecret: 'AnotherSecret',
          },
        ],
      },
    });
    const recorded = JSON.stringify(await admin.db.registryChange.findMany(), (_key, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
    expect(exported).toContain('user…MMNN');
    expect(applications).toContain('(hidden)');
    expect(diff).toContain('aNew…HHII');
    for (const text of [exported, applications, diff, recorded, admin.logged.join()]) {
      for (const secret of [
        ...smallDocument.applications.map(({ apiKey }) => apiKey),
        'TopSecretOfTheUserApp',
        'AnotherSecret',
        'aNewKey0123456789abcdefGGHHII',
      ]) {
        expect(text).not.toContain(secret);
      }
    }
  });

  const ORGANISATIONS = IS_FULL_SIZE ? 1_000 : 100;
  it(`applies ${ORGANISATIONS} organisations with 3 applications each in under a minute`, async () => {
    const odsCodes = Array.from({ length: ORGANISATIONS }, (_, at) => `X${String(at).padStart(5, '0')}`);
    const document = {
      apiVersion: 'gatehouse/v1',
      organisations: odsCodes.map((odsCode) => ({ odsCode, name: `Trust ${odsCode}` })),
      products: [{ name: 'ReferWell' }],
      messageSets: smallDocument.messageSets,
      applications: odsCodes.flatMap((odsCode, at) =>
        [{ capability: 'referrer' }, { capability: 'provider' }, {}].map((more, which) => ({
          organisation: odsCode,
          product: 'ReferWell',
          environment: 'int',
          accessMode: 'capability' in more ? 'application-restricted' : 'user-restricted',
          ...more,
          asid: String(300_000_000_000 + at * 3 + which),
          apiKey: `key-of-${odsCode}-${which}`,
          messageSets: ['provider-read'],
          state: 'live',
        })),
      ),
      clients: [
        {
          name: 'everything',
          environment: 'int',
          grants: odsCodes.map((odsCode) => ({
            organisation: odsCode,
            product: 'ReferWell',
            accessMode: 'application-restricted',
            capability: 'provider',
          })),
        },
      ],
    };
    const started = performance.now();
    const { body } = await apply(document);
    const firstMs = performance.now() - started;
    expect(lastOf(body)).toMatchObject({ type: 'done' });
    const again = performance.now();
    expect(lastOf((await apply(document)).body)).toMatchObject({ type: 'done', changes: [] });
    const secondMs = performance.now() - again;
    const third = performance.now();
    const suspended = {
      ...document,
      applications: document.applications.map((entry) => ({ ...entry, state: 'suspended' })),
    };
    expect(lastOf((await apply(suspended)).body)).toMatchObject({ type: 'done' });
    const thirdMs = performance.now() - third;
    console.info(
      `${3 * ORGANISATIONS} applications: created in ${firstMs.toFixed(0)} ms, again in ${secondMs.toFixed(0)} ms, changed in ${thirdMs.toFixed(0)} ms`,
    );
    expect(firstMs).toBeLessThan(60_000);
    expect(thirdMs).toBeLessThan(60_000);
  }, 200_000);
});

describe('while KMS seals a secret', () => {
  let slow: AdminApi;
  /** The ids that secrets were sealed for. */
  const sealedFor: string[] = [];
  const secretBox: SecretBox = {
    seal: async (secret, id) => {
      sealedFor.push(id);
      // Waits for ever if the writer of the file has its turn already.
      await new Transactions(slow.db).run({ actor: 'another writer' }, (transaction) =>
        transaction.organisation.create({
          data: { odsCode: `W${String(sealedFor.length)}`, name: `Trust ${String(sealedFor.length)}` },
        }),
      );
      return new Uint8Array(Buffer.from(`${secret} for ${id}`));
    },
    open: () => Promise.reject(new Error('nothing is opened here')),
  };
  beforeAll(async () => {
    slow = await startAdmin({ secretBox });
  });
  afterAll(() => slow.close());

  const applications = () => slow.db.application.findMany({ where: { apiSecretSealed: { not: null } } });

  it('of a file, other writers take their turn, and each secret is sealed once, for its row', async () => {
    const { clients: _clients, ...document } = smallDocument;
    const [, user] = document.applications;
    const file = (apiSecret: string) =>
      slow.call('POST', '/api/v1/registry/apply', {
        document: { ...document, applications: [{ ...user, apiSecret }] },
        reason: 'a test',
      });
    for (const secret of ['TheFirstSecretOfTheUserApp', 'TheSecondSecretOfTheUserApp']) {
      expect(lastOf((await file(secret)).body)).toMatchObject({ type: 'done' });
      const [row, ...more] = await applications();
      expect(more).toEqual([]);
      expect(Buffer.from(row?.apiSecretSealed ?? []).toString()).toBe(`${secret} for ${String(row?.id)}`);
    }
    expect(sealedFor).toEqual([(await applications())[0]?.id, (await applications())[0]?.id]);
  });

  it('of one application, other writers take their turn, and it is sealed once', async () => {
    const [application] = await applications();
    const path = `/api/v1/applications/${String(application?.id)}`;
    const change = async (fields: object) => {
      const { headers } = await slow.call('GET', path);
      const ifMatch = { 'if-match': headers.get('etag') ?? '' };
      return slow.call('PATCH', path, { ...fields, reason: 'a test' }, undefined, ifMatch);
    };
    const before = sealedFor.length;
    expect((await change({ apiSecret: 'TheThirdSecretOfTheUserApp' })).status).toBe(200);
    expect(sealedFor.slice(before)).toEqual([application?.id]);
    const [row] = await applications();
    expect(Buffer.from(row?.apiSecretSealed ?? []).toString()).toContain('TheThirdSecretOfTheUserApp');

    // Neither a change of something else nor one with a fault needs KMS.
    expect((await change({ apimApplicationId: 'another-id' })).status).toBe(200);
    expect((await change({ apiSecret: 'TheFourthSecretOfTheApp', messageSets: ['nowhere'] })).status).toBe(
      400,
    );
    expect(sealedFor).toHaveLength(before + 1);
  });
});
