/** The kinds of record in the registry: what platform engineers write into a registry file. */
import {
  APPLICATION_FIELDS,
  type ApplicationRecord,
  type DocumentApplication,
} from './application-fields.js';
import { CIS2_CLIENT_FIELDS, type Cis2ClientRecord } from './cis2-client-fields.js';
import { CLIENT_FIELDS, type ClientRecord } from './client-fields.js';
import { choice, initially, list, text } from './field-kinds.js';
import type { EntryOf, RecordField, RecordFields, RecordOf } from './record-fields.js';
import { type EnvironmentKind, ORGANISATION_STATES, PRODUCT_STATES } from './vocabulary.js';

type Fields = Readonly<Record<string, RecordField>>;

export const ORGANISATION_FIELDS = {
  odsCode: { holds: text, identity: true },
  name: { holds: text, secondPerson: 'not needed' },
  state: { holds: initially(choice(ORGANISATION_STATES), 'active'), secondPerson: 'own rule' },
} as const satisfies Fields;
export type OrganisationRecord = RecordOf<typeof ORGANISATION_FIELDS>;

export const PRODUCT_FIELDS = {
  name: { holds: text, identity: true },
  state: { holds: initially(choice(PRODUCT_STATES), 'active'), secondPerson: 'not needed' },
} as const satisfies Fields;
export type ProductRecord = RecordOf<typeof PRODUCT_FIELDS>;

export const MESSAGE_SET_FIELDS = {
  name: { holds: text, identity: true },
  /** Ids of the catalogue, `A005`. */
  interactions: { holds: list, secondPerson: 'own rule' },
} as const satisfies Fields;
export type MessageSetRecord = RecordOf<typeof MESSAGE_SET_FIELDS>;

/** The lists of a registry file, in the order in which they are carried out. */
export const REGISTRY_RECORDS = {
  organisations: { kind: 'organisation', fields: ORGANISATION_FIELDS },
  products: { kind: 'product', fields: PRODUCT_FIELDS },
  messageSets: { kind: 'messageSet', fields: MESSAGE_SET_FIELDS },
  applications: { kind: 'application', fields: APPLICATION_FIELDS },
  cis2Clients: { kind: 'cis2Client', fields: CIS2_CLIENT_FIELDS },
  clients: { kind: 'client', fields: CLIENT_FIELDS },
} as const satisfies Readonly<Record<string, { readonly kind: string; readonly fields: RecordFields }>>;

type Records = typeof REGISTRY_RECORDS;
export type RegistryList = keyof Records;
export type RecordKind = Records[RegistryList]['kind'];

export const REGISTRY_LISTS = Object.keys(REGISTRY_RECORDS) as readonly RegistryList[];
export const RECORD_KINDS = REGISTRY_LISTS.map((name) => REGISTRY_RECORDS[name].kind);

/** The registry file after validation. */
export type RegistryDocument = {
  readonly [L in Exclude<RegistryList, 'applications'>]: readonly EntryOf<Records[L]['fields']>[];
} & { readonly applications: readonly DocumentApplication[] };

export const EMPTY_DOCUMENT: RegistryDocument = {
  organisations: [],
  products: [],
  messageSets: [],
  applications: [],
  cis2Clients: [],
  clients: [],
};

/** What a plan needs to know of the registry: everything the document names, and whatever could collide with it. */
export interface CurrentRegistry {
  readonly environments: ReadonlyMap<string, EnvironmentKind>;
  /** Ids of the catalogue. */
  readonly interactions: ReadonlySet<string>;
  readonly organisations: ReadonlyMap<string, OrganisationRecord>;
  readonly products: ReadonlyMap<string, ProductRecord>;
  readonly messageSets: ReadonlyMap<string, MessageSetRecord>;
  readonly applications: readonly ApplicationRecord[];
  /** All of them, by `cis2ClientKey`. */
  readonly cis2Clients: ReadonlyMap<string, Cis2ClientRecord>;
  /** By `clientKey`. */
  readonly clients: ReadonlyMap<string, ClientRecord>;
}
