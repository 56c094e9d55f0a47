/**
 * An APIM application, declared once: the registry file, the comparison, the admin API, the export, the CSV columns,
 * the snapshot and what a second person looks at all follow from this table.
 */
import { maskApiKey } from '../../input/masking.js';
import { choice, initially, list, masked, optional, optionalList, secret, text } from './field-kinds.js';
import { type EntryOf, exportedRecord, type RecordField, type RecordOf } from './record-fields.js';
import { ACCESS_MODES, APPLICATION_STATES, CAPABILITIES } from './vocabulary.js';

export const APPLICATION_FIELDS = {
  /** ODS codes: one when application-restricted, a list of those it may serve when user-restricted. */
  organisations: {
    holds: list,
    secondPerson: 'own rule',
    columns: [],
    csv: { column: 'organisation_ods_code', cell: 'code' },
  },
  product: { holds: text, identity: true, csv: { column: 'product', cell: 'name' } },
  environment: { holds: text, identity: true, csv: { column: 'environment', cell: 'word' } },
  accessMode: { holds: choice(ACCESS_MODES), identity: true, csv: { column: 'access_mode', cell: 'word' } },
  /** Application-restricted only. */
  capability: {
    holds: optional(choice(CAPABILITIES)),
    identity: true,
    csv: { column: 'capability', cell: 'word' },
  },
  /** 12 digits; null until NHS England has issued it. */
  asid: { holds: optional(text), secondPerson: 'needed', csv: { column: 'asid', cell: { digits: 12 } } },
  /** Other NHS services that use the same ASID. */
  asidSharedWith: { holds: optionalList, secondPerson: 'not needed' },
  /** The APIM API key: `iss` and `sub` of the client assertion. */
  apiKey: {
    holds: optional(masked(maskApiKey)),
    secondPerson: 'needed',
    csv: { column: 'api_key', cell: 'secret' },
  },
  /** User-restricted only: refreshing a token needs it. */
  apiSecret: {
    holds: optional(secret),
    secondPerson: 'needed',
    columns: ['api_secret_digest', 'api_secret_sealed'],
  },
  /** For NHS England's support. */
  apimApplicationId: { holds: optional(text), secondPerson: 'not needed' },
  /** Names of message sets: the interactions it may use. */
  messageSets: {
    holds: initially(list, []),
    secondPerson: 'own rule',
    columns: [],
    csv: { column: 'message_sets', cell: 'word' },
  },
  state: {
    holds: initially(choice(APPLICATION_STATES), 'draft'),
    secondPerson: 'own rule',
    csv: { column: 'state', cell: 'word' },
  },
} as const satisfies Readonly<Record<string, RecordField>>;

/** `id` is null until it is created. */
export type ApplicationRecord = RecordOf<typeof APPLICATION_FIELDS> & { readonly id: string | null };

/** The fields that a decision reads. The snapshot holds exactly these. */
export const DECISION_FIELDS = [
  'environment',
  'product',
  'accessMode',
  'capability',
  'state',
  'asid',
  'apiKey',
  'apimApplicationId',
  'messageSets',
] as const satisfies readonly (keyof ApplicationRecord)[];

/** An entry of the registry file writes `organisation`, or `organisations` for a list. */
export type DocumentApplication = Omit<EntryOf<typeof APPLICATION_FIELDS>, 'organisations'> & {
  /** The application that is meant, where it was chosen by its id; a file names it by its binding. */
  readonly id?: string | undefined;
  readonly organisation?: string | undefined;
  readonly organisations?: readonly string[] | undefined;
};

export function organisationsOf(entry: DocumentApplication): readonly string[] {
  return entry.organisations ?? (entry.organisation === undefined ? [] : [entry.organisation]);
}

/** As an export writes it. */
export function exportedApplication(record: ApplicationRecord) {
  const { organisations, ...rest } = exportedRecord(APPLICATION_FIELDS, record);
  return organisations?.length === 1
    ? { organisation: organisations[0], ...rest }
    : { organisations, ...rest };
}

/** What an application is for: which bindings it has. */
export type ApplicationIdentity = Pick<
  ApplicationRecord,
  'environment' | 'organisations' | 'product' | 'accessMode' | 'capability'
>;

/** How people read it: `int / R69 / ReferWell / application-restricted / provider`. */
export function applicationKey(application: ApplicationIdentity): string {
  const { environment, organisations, product, accessMode, capability } = application;
  return [environment, organisations.join('+'), product, accessMode, capability]
    .filter((part) => part !== null)
    .join(' / ');
}
