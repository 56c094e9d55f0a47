/** A client, declared once: a downstream service that calls Gatehouse, what it may do and how it proves who it is. */
import type { FieldKind } from './field-kinds.js';
import { choice, initially, object, optional, optionalList, text } from './field-kinds.js';
import type { EntryOf, RecordField, RecordOf } from './record-fields.js';
import { type AccessMode, type Capability, CLIENT_STATES, RATE_SHARES } from './vocabulary.js';

export interface DocumentGrant {
  readonly organisation: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability?: Capability | undefined;
}

/** One access that a client may use. */
export interface GrantRecord {
  readonly organisation: string;
  readonly product: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
}

/** What a workload token must carry to stand for the client. */
export interface Workload {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

const grants = {
  required: false,
  initial: [] as readonly GrantRecord[],
  form: 'list',
  secret: false,
  exported: 'always',
  read: (written: readonly DocumentGrant[]): readonly GrantRecord[] =>
    written.map(({ organisation, product, accessMode, capability = null }) => {
      return { organisation, product, accessMode, capability };
    }),
  compared: (value: readonly GrantRecord[]): readonly string[] => value.map(grantKey),
  shown: (value: readonly GrantRecord[]): GrantRecord[] => value.map((grant) => ({ ...grant })),
} as const satisfies FieldKind;

export const CLIENT_FIELDS = {
  name: { holds: text, identity: true },
  environment: { holds: text, identity: true },
  grants: { holds: grants, secondPerson: 'own rule', columns: [] },
  /** Where a user may be sent back to after signing in. */
  returnTargets: { holds: optionalList, secondPerson: 'needed' },
  workload: {
    holds: optional(object(workloadText)),
    secondPerson: 'needed',
    columns: ['workload_issuer', 'workload_audience', 'workload_subject'],
  },
  /** Of an application's rate, where it waits beside other clients. It lets nothing through that would not go otherwise. */
  rateShare: { holds: initially(choice(RATE_SHARES), 'single'), secondPerson: 'not needed' },
  state: { holds: initially(choice(CLIENT_STATES), 'active'), secondPerson: 'own rule' },
} as const satisfies Readonly<Record<string, RecordField>>;

/** `id` is null until it is created. */
export type ClientRecord = RecordOf<typeof CLIENT_FIELDS> & { readonly id: string | null };
export type DocumentClient = EntryOf<typeof CLIENT_FIELDS>;

/** A client's name is unique in its environment. */
export function clientKey(client: { readonly environment: string; readonly name: string }): string {
  return `${client.environment}/${client.name}`;
}

/** `R69 / ReferWell / application-restricted / provider`. */
export function grantKey(grant: GrantRecord): string {
  return [grant.organisation, grant.product, grant.accessMode, grant.capability]
    .filter((part) => part !== null)
    .join(' / ');
}

function workloadText({ issuer, audience, subject }: Workload): string {
  return `${issuer} for ${JSON.stringify(audience)} as ${JSON.stringify(subject)}`;
}
