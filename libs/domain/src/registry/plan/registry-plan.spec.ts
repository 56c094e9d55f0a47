import { describe, expect, it } from 'vitest';
import { changesOf, planRegistry } from './registry-plan.js';
import type { ApplicationRecord, DocumentApplication } from '../records/application-fields.js';
import { cis2ClientKey, type DocumentCis2Client } from '../records/cis2-client-fields.js';
import { clientKey } from '../records/client-fields.js';
import { type CurrentRegistry, EMPTY_DOCUMENT, type RegistryDocument } from '../records/registry-records.js';

const API_KEY = 'r69IntKey0123456789abcdefKKLL';
const digest = (secret: string) => `digest of ${secret.length}`;

const empty: CurrentRegistry = {
  environments: new Map([
    ['int', 'authenticated'],
    ['sandbox', 'open'],
  ]),
  interactions: new Set(['A004', 'A005', 'A008']),
  organisations: new Map(),
  products: new Map(),
  messageSets: new Map(),
  applications: [],
  cis2Clients: new Map(),
  clients: new Map(),
};

const application: DocumentApplication = {
  organisation: 'R69',
  product: 'ReferWell',
  environment: 'int',
  accessMode: 'application-restricted',
  capability: 'provider',
  asid: '200000002454',
  apiKey: API_KEY,
  messageSets: ['provider-read'],
  state: 'live',
};

const document: RegistryDocument = {
  organisations: [
    { odsCode: 'R69', name: 'Example NHS Trust' },
    { odsCode: 'RCD', name: 'Other NHS Trust' },
  ],
  products: [{ name: 'ReferWell' }],
  messageSets: [{ name: 'provider-read', interactions: ['A005', 'A004'] }],
  applications: [application],
  cis2Clients: [
    { product: 'ReferWell', environment: 'int', clientId: 'refer-well-int', auth: 'private_key_jwt' },
  ],
  clients: [
    {
      name: 'worklist-sync',
      environment: 'int',
      grants: [
        {
          organisation: 'R69',
          product: 'ReferWell',
          accessMode: 'application-restricted',
          capability: 'provider',
        },
      ],
    },
  ],
};

/** The registry after a plan has been carried out. */
function applied(current: CurrentRegistry, next: RegistryDocument): CurrentRegistry {
  const plan = planRegistry(current, next, digest);
  expect(plan.faults).toEqual([]);
  const ids = new Map<string | null, ApplicationRecord>(
    current.applications.map((record) => [record.id, record]),
  );
  for (const { change, record } of plan.applications) {
    if (change.action === 'unchanged') continue;
    const id = record.id ?? `application ${ids.size + 1}`;
    ids.set(id, { ...record, id, apiSecret: record.apiSecret && { ...record.apiSecret, toSeal: null } });
  }
  return {
    ...current,
    organisations: new Map([
      ...current.organisations,
      ...plan.organisations.map(({ record }) => [record.odsCode, record] as const),
    ]),
    products: new Map([
      ...current.products,
      ...plan.products.map(({ record }) => [record.name, record] as const),
    ]),
    messageSets: new Map([
      ...current.messageSets,
      ...plan.messageSets.map(({ record }) => [record.name, record] as const),
    ]),
    applications: [...ids.values()],
    cis2Clients: new Map([
      ...current.cis2Clients,
      ...plan.cis2Clients.map(({ record }) => [cis2ClientKey(record), record] as const),
    ]),
    clients: new Map([
      ...current.clients,
      ...plan.clients.map(({ record }) => [clientKey(record), record] as const),
    ]),
  };
}

const only = (changes: Partial<DocumentApplication>): RegistryDocument => ({
  organisations: [],
  products: [],
  messageSets: [],
  cis2Clients: [],
  clients: [],
  applications: [{ ...application, ...changes }],
});

const actions = (current: CurrentRegistry, next: RegistryDocument) =>
  changesOf(planRegistry(current, next, digest)).map(({ action }) => action);

describe('a plan', () => {
  it('creates what is missing, and changes nothing when it is applied again', () => {
    expect(new Set(actions(empty, document))).toEqual(new Set(['create']));
    expect(new Set(actions(applied(empty, document), document))).toEqual(new Set(['unchanged']));
  });

  it('shows each field before and after, and never a secret', () => {
    const current = applied(empty, document);
    const plan = planRegistry(
      current,
      only({ apiKey: 'r69IntKeyNext0123456789abcdNNPP', apiSecret: 'top secret' }),
      digest,
    );
    expect(plan.applications[0]?.change).toEqual({
      action: 'update',
      kind: 'application',
      key: 'int / R69 / ReferWell / application-restricted / provider',
      fields: [
        {
          name: 'apiKey',
          before: expect.stringMatching(/^r69I…KKLL \(\d\d characters: letters and digits\)$/),
          after: expect.stringMatching(/^r69I…NNPP \(\d\d characters: letters and digits\)$/),
        },
        { name: 'apiSecret', before: null, after: '(hidden) (10 characters: letters and punctuation)' },
      ],
    });
    expect(JSON.stringify(changesOf(plan))).not.toContain('top secret');
    expect(plan.applications[0]?.record.apiSecret?.toSeal).toBe('top secret');
  });

  it('does not change what the file leaves out', () => {
    const current = applied(empty, document);
    const { asid: _asid, apiKey: _key, messageSets: _sets, state: _state, ...bare } = application;
    const bareDocument = { ...only({}), applications: [bare] };
    expect(actions(current, bareDocument)).toEqual(['unchanged']);
    expect(actions(current, only({ messageSets: [] }))).toEqual(['update']);
  });

  it('retires only what the file retires, and reports it once', () => {
    const current = applied(empty, document);
    expect(actions(current, only({ state: 'retired' }))).toEqual(['retire']);
    expect(actions(applied(current, only({ state: 'retired' })), only({ state: 'retired' }))).toEqual([
      'unchanged',
    ]);
    expect(actions(applied(empty, { ...document, applications: [] }), only({ state: 'retired' }))).toEqual([
      'unchanged',
    ]);
  });

  it('replaces an application in one file, with the same result when it is applied again', () => {
    const current = applied(empty, document);
    const replacement: RegistryDocument = {
      ...only({}),
      applications: [
        { ...application, state: 'retired' },
        { ...application, asid: '200000009999', apiKey: 'another-api-key-of-r69' },
      ],
    };
    expect(actions(current, replacement)).toEqual(['retire', 'create']);
    expect(actions(applied(current, replacement), replacement)).toEqual(['unchanged', 'unchanged']);
  });

  it('does not retire an application whose ASID is not the one in the file', () => {
    const current = applied(empty, document);
    expect(actions(current, only({ asid: '200000001111', state: 'retired' }))).toEqual(['unchanged']);
  });

  it('changes the application with the given id, even if its identifiers change', () => {
    const current = applied(empty, document);
    const { id } = current.applications[0]!;
    expect(actions(current, only({ id: id!, asid: '200000001111', state: 'retired' }))).toEqual(['retire']);
    const nowhere = planRegistry(current, only({ id: 'another' }), digest);
    expect(nowhere.faults[0]).toEqual({
      pointer: '/applications/0',
      detail: 'there is no application another',
    });
  });

  it('lets an open environment go live without ASID and key', () => {
    const { asid: _asid, apiKey: _key, ...open } = application;
    const sandbox = { ...document, applications: [{ ...open, environment: 'sandbox' }] };
    expect(planRegistry(empty, sandbox, digest).faults).toEqual([]);
  });

  it('lets a user-restricted application serve several organisations', () => {
    const { capability: _capability, organisation: _organisation, ...user } = application;
    const shared = {
      ...document,
      applications: [{ ...user, accessMode: 'user-restricted', organisations: ['R69', 'RCD'] }],
    } as RegistryDocument;
    expect(planRegistry(empty, shared, digest).faults).toEqual([]);
    expect(actions(applied(empty, shared), shared)).not.toContain('update');
  });
});

describe('faults', () => {
  const other = {
    ...application,
    capability: 'referrer',
    asid: '200000002455',
    apiKey: 'another-key',
  } as const;
  const cases: [string, RegistryDocument, string[]][] = [
    ['an unknown organisation', only({ organisation: 'X99' }), ['/applications/0/organisation']],
    ['an unknown product', only({ product: 'Nothing' }), ['/applications/0/product']],
    ['an unknown environment', only({ environment: 'moon' }), ['/applications/0/environment']],
    [
      'an unknown message set',
      only({ messageSets: ['provider-read', 'none'] }),
      ['/applications/0/messageSets/1'],
    ],
    ['no capability', only({ capability: undefined }), ['/applications/0']],
    ['a capability of a user', only({ accessMode: 'user-restricted' }), ['/applications/0/capability']],
    [
      'two organisations of an application-restricted application',
      only({ organisation: undefined, organisations: ['R69', 'RCD'] }),
      ['/applications/0/organisations'],
    ],
    ['both spellings', only({ organisations: ['R69'] }), ['/applications/0/organisation']],
    ['none of both spellings', only({ organisation: undefined }), ['/applications/0']],
    [
      'the same ASID twice',
      { ...only({}), applications: [application, { ...other, asid: '200000002454' }] },
      ['/applications/1/asid'],
    ],
    [
      'the same API key twice',
      { ...only({}), applications: [application, { ...other, apiKey: API_KEY }] },
      ['/applications/1/apiKey'],
    ],
    [
      'two applications for one binding',
      { ...only({}), applications: [application, { ...other, capability: 'provider' }] },
      ['/applications/1'],
    ],
    [
      'an unknown interaction',
      { ...only({}), applications: [], messageSets: [{ name: 'm', interactions: ['A999'] }] },
      ['/messageSets/0/interactions/0'],
    ],
    [
      'an organisation twice',
      {
        ...only({}),
        applications: [],
        organisations: [document.organisations[0]!, document.organisations[0]!],
      },
      ['/organisations/1/odsCode'],
    ],
    [
      'a grant for something unknown',
      {
        ...only({}),
        applications: [],
        clients: [
          {
            name: 'c',
            environment: 'int',
            grants: [{ organisation: 'X99', product: 'Nothing', accessMode: 'application-restricted' }],
          },
        ],
      },
      ['/clients/0/grants/0', '/clients/0/grants/0/organisation', '/clients/0/grants/0/product'],
    ],
  ];

  it.each([
    ['int', ['http://localhost:8084/signed-in', 'https://app.example/signed-in'], []],
    ['prod', ['https://app.example/a', 'http://localhost:8084/a'], ['/clients/0/returnTargets/1']],
    ['prod', ['https://app.example/a', 'https://app.example/a'], ['/clients/0/returnTargets/1']],
  ])('the return targets of a client in %s: %j', (environment, returnTargets, pointers) => {
    const current = { ...empty, environments: new Map([[environment, 'authenticated'] as const]) };
    const plan = planRegistry(
      current,
      { ...only({}), applications: [], clients: [{ name: 'c', environment, returnTargets }] },
      digest,
    );
    expect(plan.faults.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each(cases)('%s', (_name, next, pointers) => {
    const plan = planRegistry(applied(empty, { ...document, applications: [] }), next, digest);
    expect(plan.faults.map(({ pointer }) => pointer).toSorted()).toEqual(pointers);
  });

  it.each([
    ['another case', [{ name: 'referwell' }], [], ['/products/0/name']],
    ['another spacing', [{ name: 'Refer Well' }], [], ['/products/0/name']],
    ['a width of its own', [{ name: 'ＲeferWell' }], [], ['/products/0/name']],
    ['the same name', [{ name: 'ReferWell' }], [], []],
    ['another name', [{ name: 'ReferWell 2' }], [], []],
    ['two new ones alike', [{ name: 'Other' }, { name: 'OTHER' }], [], ['/products/1/name']],
    [
      'an organisation with a similar name',
      [],
      [{ odsCode: 'X90', name: 'example nhs  trust' }],
      ['/organisations/0/name'],
    ],
    ['an organisation of the same name', [], [{ odsCode: 'X90', name: 'Example NHS Trust' }], []],
    ['the organisation itself, in another case', [], [{ odsCode: 'R69', name: 'EXAMPLE NHS Trust' }], []],
    [
      'a renamed organisation',
      [],
      [{ odsCode: 'RCD', name: 'EXAMPLE NHS trust' }],
      ['/organisations/0/name'],
    ],
  ] as const)('a name that looks like another: %s', (_what, products, organisations, pointers) => {
    const current = applied(empty, { ...document, applications: [] });
    const next = { ...only({}), applications: [], products, organisations };
    const { faults } = planRegistry(current, next, digest);
    expect(faults.map(({ pointer }) => pointer)).toEqual(pointers);
    for (const { detail } of faults)
      expect(detail).toMatch(/^this differs only in case, spacing or look-alike letters from the/);
  });

  it('names that clash already do not stop a file that doesn’t change them', () => {
    const current = {
      ...empty,
      products: new Map(['A b', 'ab'].map((name) => [name, { name, state: 'active' }])),
    };
    const next = { ...only({}), applications: [], products: [{ name: 'A b' }, { name: 'ab' }] };
    expect(planRegistry(current as CurrentRegistry, next, digest).faults).toEqual([]);
  });

  it('a live application without ASID and API key', () => {
    const { asid: _asid, apiKey: _key, ...bare } = application;
    const plan = planRegistry(empty, { ...document, applications: [bare] }, digest);
    expect(plan.faults).toHaveLength(2);
    expect(plan.faults[0]).toEqual({
      pointer: '/applications/0/state',
      detail: 'a live application needs its asid, which NHS England issues',
    });
  });

  it('an ASID that another application holds already', () => {
    const current = applied(empty, document);
    const plan = planRegistry(current, only({ organisation: 'RCD', apiKey: 'the-key-of-rcd' }), digest);
    expect(plan.faults).toEqual([
      {
        pointer: '/applications/0/asid',
        detail:
          'this ASID is already that of int / R69 / ReferWell / application-restricted / provider; every application has its own',
        names: ['R69'],
      },
    ]);
  });

  it('a replacement that doesn’t name the application that it retires', () => {
    const { asid: _asid, ...unsaid } = application;
    const next = {
      ...only({}),
      applications: [{ ...unsaid, state: 'retired' } as const, { ...other, capability: 'provider' } as const],
    };
    expect(planRegistry(applied(empty, document), next, digest).faults[0]?.pointer).toBe('/applications/0');
  });

  it('are all reported at once', () => {
    const plan = planRegistry(empty, { ...document, organisations: [], products: [] }, digest);
    expect(plan.faults.length).toBeGreaterThanOrEqual(4);
  });
});

describe('CIS2 clients', () => {
  const signsIn: DocumentCis2Client = {
    product: 'ReferWell',
    environment: 'int',
    clientId: 'refer-well-int',
    auth: 'private_key_jwt',
  };
  const current = applied(empty, {
    ...document,
    products: [{ name: 'ReferWell' }, { name: 'ReferLess' }, { name: 'Gone', state: 'retired' }],
    cis2Clients: [signsIn],
  });
  const planned = (...cis2Clients: DocumentCis2Client[]) =>
    planRegistry(current, { ...EMPTY_DOCUMENT, cis2Clients }, digest);

  it.each<[why: string, entry: Partial<DocumentCis2Client>, pointer: string, detail: RegExp]>([
    ['an unknown environment', { environment: 'prod' }, '/environment', /there is no environment prod/],
    ['the sandbox', { environment: 'sandbox' }, '/environment', /no users who sign in/],
    [
      'an unknown product',
      { product: 'Nothing', clientId: 'nothing' },
      '/product',
      /there is no product Nothing/,
    ],
    ['a retired product', { product: 'Gone', clientId: 'gone' }, '/product', /is retired/],
    [
      'the client id of another product',
      { product: 'ReferLess' },
      '/clientId',
      /already that of ReferWell in int/,
    ],
    ['a secret that is missing', { auth: 'client_secret' }, '', /needs the clientSecret/],
  ])('%s is a fault', (_why, entry, pointer, detail) => {
    const { faults } = planned({ ...signsIn, ...entry });
    expect(faults).toEqual([{ pointer: `/cis2Clients/0${pointer}`, detail: expect.stringMatching(detail) }]);
  });

  it('a product has only one in an environment', () => {
    const { faults } = planned(signsIn, { ...signsIn, clientId: 'another' });
    expect(faults).toMatchObject([{ pointer: '/cis2Clients/1/product' }]);
  });

  it('a client id belongs to one product of a file', () => {
    const { faults } = planned(
      { ...signsIn, clientId: 'new' },
      { ...signsIn, product: 'ReferLess', clientId: 'new' },
    );
    expect(faults).toMatchObject([{ pointer: '/cis2Clients/1/clientId' }]);
  });

  it('signs with RS512 unless the file says otherwise', () => {
    expect(planned(signsIn).cis2Clients[0]?.record).toMatchObject({ signingAlgorithm: 'RS512' });
    expect(planned({ ...signsIn, signingAlgorithm: 'RS256' }).cis2Clients[0]?.change.fields).toEqual([
      { name: 'signingAlgorithm', before: 'RS512', after: 'RS256' },
    ]);
  });

  it('keep their secret out of what people see', () => {
    const plan = planned({ ...signsIn, auth: 'client_secret', clientSecret: 'Top-Secret-1' });
    expect(plan.cis2Clients[0]?.record.clientSecret).toMatchObject({ toSeal: 'Top-Secret-1' });
    expect(JSON.stringify(changesOf(plan))).not.toContain('Top-Secret-1');
  });
});
