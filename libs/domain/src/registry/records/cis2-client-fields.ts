/**
 * A CIS2 client, declared once: the registration with NHS CIS2 under which the users of one product sign in to one
 * environment (docs/reference/protocol-facts.md §7).
 */
import { choice, initially, optional, secret, text } from './field-kinds.js';
import type { EntryOf, RecordField, RecordOf } from './record-fields.js';
import { CIS2_CLIENT_AUTHS, CIS2_CLIENT_STATES, CIS2_SIGNING_ALGORITHMS } from './vocabulary.js';

export const CIS2_CLIENT_FIELDS = {
  product: { holds: text, identity: true },
  environment: { holds: text, identity: true },
  /** As CIS2 registered it: the `aud` of its ID tokens. */
  clientId: { holds: text, secondPerson: 'needed', columns: ['registered_client_id'] },
  auth: { holds: choice(CIS2_CLIENT_AUTHS), secondPerson: 'needed' },
  /** Of the client assertion: a property of the registration. */
  signingAlgorithm: { holds: initially(choice(CIS2_SIGNING_ALGORITHMS), 'RS512'), secondPerson: 'needed' },
  clientSecret: {
    holds: optional(secret),
    secondPerson: 'needed',
    columns: ['client_secret_digest', 'client_secret_sealed'],
  },
  state: { holds: initially(choice(CIS2_CLIENT_STATES), 'active'), secondPerson: 'needed' },
} as const satisfies Readonly<Record<string, RecordField>>;

export type Cis2ClientRecord = RecordOf<typeof CIS2_CLIENT_FIELDS>;
export type DocumentCis2Client = EntryOf<typeof CIS2_CLIENT_FIELDS>;

/** A product has one CIS2 client in an environment: `int/ReferWell`. */
export function cis2ClientKey(client: { readonly environment: string; readonly product: string }): string {
  return `${client.environment}/${client.product}`;
}
