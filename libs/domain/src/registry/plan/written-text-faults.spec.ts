import { describe, expect, it } from 'vitest';
import { type CurrentRegistry, EMPTY_DOCUMENT, type RegistryDocument } from '../records/registry-records.js';
import { planRegistry } from './registry-plan.js';

const current: CurrentRegistry = {
  environments: new Map([['int', 'authenticated']]),
  interactions: new Set(['A005']),
  organisations: new Map([['R69', { odsCode: 'R69', name: 'Example NHS Trust', state: 'active' }]]),
  products: new Map([['ReferWell', { name: 'ReferWell', state: 'active' }]]),
  messageSets: new Map(),
  applications: [],
  cis2Clients: new Map(),
  clients: new Map(),
};

const application = (apimApplicationId: string) =>
  ({
    organisation: 'R69',
    product: 'ReferWell',
    environment: 'int',
    accessMode: 'application-restricted',
    capability: 'provider',
    apimApplicationId,
  }) as const;
const cis2Client = (clientId: string) =>
  ({ product: 'ReferWell', environment: 'int', clientId, auth: 'private_key_jwt' }) as const;
const workload = (over: object) => ({
  issuer: 'https://login.example',
  audience: 'gatehouse',
  subject: 'worklist-sync',
  ...over,
});

const faultsOf = (document: Partial<RegistryDocument>, registry = current) =>
  planRegistry(registry, { ...EMPTY_DOCUMENT, ...document }, (secret) => secret).faults;

/** A document with the text in one of its free texts, and the place of that text. */
const PLACES: readonly [string, (text: string) => Partial<RegistryDocument>, string][] = [
  [
    'a name of an organisation',
    (name) => ({ organisations: [{ odsCode: 'RCD', name }] }),
    '/organisations/0/name',
  ],
  [
    'a changed name of an organisation',
    (name) => ({ organisations: [{ odsCode: 'R69', name }] }),
    '/organisations/0/name',
  ],
  ['a product', (name) => ({ products: [{ name }] }), '/products/0/name'],
  ['a message set', (name) => ({ messageSets: [{ name, interactions: ['A005'] }] }), '/messageSets/0/name'],
  [
    'an APIM application id',
    (id) => ({ applications: [application(id)] }),
    '/applications/0/apimApplicationId',
  ],
  ['a CIS2 client id', (id) => ({ cis2Clients: [cis2Client(id)] }), '/cis2Clients/0/clientId'],
  ['a client', (name) => ({ clients: [{ name, environment: 'int' }] }), '/clients/0/name'],
  [
    'an audience',
    (audience) => ({ clients: [{ name: 'sync', environment: 'int', workload: workload({ audience }) }] }),
    '/clients/0/workload/audience',
  ],
  [
    'a subject',
    (subject) => ({ clients: [{ name: 'sync', environment: 'int', workload: workload({ subject }) }] }),
    '/clients/0/workload/subject',
  ],
];

describe.each(PLACES)('%s', (_name, documentWith, pointer) => {
  it.each(['#N/A', '#REF!', '#NV', 'Err:502', '1.23457E+31', '=A1', 'TRUE', 'false', '0', 'n/a', 'tbc'])(
    'is not %s',
    (text) => {
      expect(faultsOf(documentWith(text))).toEqual([
        { pointer, detail: expect.stringMatching(/^this (?:holds|was made)/) as string },
      ]);
    },
  );

  it('is a text of its own', () => {
    expect(faultsOf(documentWith('worklist-sync'))).toEqual([]);
  });
});

it.each(['TRUE', 'FALSE', '0', 'NULL', 'NONE', 'NA'])(
  'the ODS code of a new organisation is not %s',
  (odsCode) => {
    const organisations = [{ odsCode, name: 'Example Hospice' }];
    expect(faultsOf({ organisations })).toEqual([
      { pointer: '/organisations/0/odsCode', detail: 'this holds a placeholder in place of a code' },
    ]);
  },
);

it('a record that has such a name already can still be retired', () => {
  const products = new Map([['#N/A', { name: '#N/A', state: 'active' } as const]]);
  expect(faultsOf({ products: [{ name: '#N/A', state: 'retired' }] }, { ...current, products })).toEqual([]);
});
