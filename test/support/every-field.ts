/** Two values of every field that can change, for every kind of record: a field without them does not compile. */
import type { APPLICATION_FIELDS } from '@gatehouse/domain/registry/records/application-fields';
import type { CIS2_CLIENT_FIELDS } from '@gatehouse/domain/registry/records/cis2-client-fields';
import type { CLIENT_FIELDS } from '@gatehouse/domain/registry/records/client-fields';
import type { WrittenOf } from '@gatehouse/domain/registry/records/field-kinds';
import type { RecordFields } from '@gatehouse/domain/registry/records/record-fields';
import type { REGISTRY_RECORDS, RegistryList } from '@gatehouse/domain/registry/records/registry-records';

export interface FieldSample<V> {
  readonly from: V;
  readonly to: V;
  /** How the admin API shows `to`, if not as it is. */
  readonly inApi?: unknown;
  /** How an export writes `to`, if not as the API shows it; null if an export leaves it out. */
  readonly inExport?: unknown;
  /** The rule by which this change needs a second person; null if it needs none. */
  readonly secondPerson: string | null;
}

type Samples<F extends RecordFields> = {
  readonly [K in keyof F as F[K] extends { readonly identity: true } ? never : K]: FieldSample<
    WrittenOf<F[K]['holds']>
  >;
};

const LIVE_IDENTITY = 'ASID, API key or secret of a live application';
const grant = { organisation: 'R69', product: 'ReferWell', accessMode: 'user-restricted' } as const;
const restricted = {
  organisation: 'R69',
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
} as const;

/** A user-restricted application, which may have every field but a capability. */
const application: Samples<typeof APPLICATION_FIELDS> = {
  organisations: {
    from: ['R69'],
    to: ['R69', 'RCD'],
    secondPerson: 'an organisation for a live application',
  },
  asid: { from: '200000002460', to: '200000002461', secondPerson: LIVE_IDENTITY },
  asidSharedWith: { from: ['NEMS'], to: ['GP Connect', 'NEMS'], secondPerson: null },
  apiKey: {
    from: 'firstKey0123456789abcdefKKLL',
    to: 'otherKey0123456789abcdefMMNN',
    inApi: 'othe…MMNN',
    secondPerson: LIVE_IDENTITY,
  },
  apiSecret: {
    from: 'TheFirstSecret',
    to: 'TheOtherSecret',
    inApi: '(hidden)',
    inExport: null,
    secondPerson: LIVE_IDENTITY,
  },
  apimApplicationId: { from: 'apim-1', to: 'apim-2', secondPerson: null },
  messageSets: {
    from: ['provider-read'],
    to: ['provider-more', 'provider-read'],
    secondPerson: 'a message set for a live application',
  },
  state: { from: 'live', to: 'suspended', secondPerson: null },
};

const CIS2_CLIENT = 'the CIS2 client of a product';
const cis2Client: Samples<typeof CIS2_CLIENT_FIELDS> = {
  clientId: { from: 'cis2-1', to: 'cis2-2', secondPerson: CIS2_CLIENT },
  auth: { from: 'client_secret', to: 'supplier', secondPerson: CIS2_CLIENT },
  signingAlgorithm: { from: 'RS512', to: 'RS256', secondPerson: CIS2_CLIENT },
  clientSecret: {
    from: 'TheFirstSecret',
    to: 'TheOtherSecret',
    inApi: '(hidden)',
    inExport: null,
    secondPerson: CIS2_CLIENT,
  },
  state: { from: 'active', to: 'retired', secondPerson: CIS2_CLIENT },
};

const client: Samples<typeof CLIENT_FIELDS> = {
  grants: {
    from: [grant],
    to: [restricted, grant],
    inApi: [restricted, { ...grant, capability: null }],
    inExport: [restricted, grant],
    secondPerson: 'a grant to a client',
  },
  returnTargets: {
    from: ['https://app.example/in'],
    to: ['https://app.example/elsewhere'],
    secondPerson: 'who a client is',
  },
  workload: {
    from: { issuer: 'https://idp.example', audience: 'gatehouse', subject: 'one' },
    to: { issuer: 'https://idp.example', audience: 'gatehouse', subject: 'two' },
    secondPerson: 'who a client is',
  },
  rateShare: { from: 'single', to: 'fourfold', secondPerson: null },
  state: { from: 'active', to: 'suspended', secondPerson: null },
};

export const SAMPLES: { readonly [L in RegistryList]: Samples<(typeof REGISTRY_RECORDS)[L]['fields']> } = {
  organisations: {
    name: { from: 'Example NHS Trust', to: 'Renamed NHS Trust', secondPerson: null },
    state: { from: 'active', to: 'suspended', secondPerson: null },
  },
  products: { state: { from: 'active', to: 'retired', secondPerson: null } },
  messageSets: {
    interactions: { from: ['A004'], to: ['A004', 'A005'], secondPerson: 'a wider message set' },
  },
  applications: application,
  cis2Clients: cis2Client,
  clients: client,
};

/** The fields that identify the one record of each list that the samples change. */
export const IDENTITIES: Readonly<Record<RegistryList, Readonly<Record<string, string>>>> = {
  organisations: { odsCode: 'R69' },
  // The application's own product could not be retired.
  products: { name: 'Spare' },
  messageSets: { name: 'provider-read' },
  applications: { product: 'ReferWell', environment: 'int', accessMode: 'user-restricted' },
  cis2Clients: { product: 'ReferWell', environment: 'int' },
  clients: { name: 'worklist-sync', environment: 'int' },
};
