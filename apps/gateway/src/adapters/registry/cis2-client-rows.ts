/** A CIS2 client between its row and its record: the one place that maps the two. */
import type { Prisma } from '@gatehouse/db/client';
import type {
  CIS2_CLIENT_FIELDS,
  Cis2ClientRecord,
} from '@gatehouse/domain/registry/records/cis2-client-fields';

// The casts: the database's own constraints keep these columns to the words of the record.

export function cis2ClientRecord(row: Prisma.Cis2ClientGetPayload<object>): Cis2ClientRecord {
  return {
    product: row.productName,
    environment: row.environmentName,
    clientId: row.clientId,
    auth: row.auth as Cis2ClientRecord['auth'],
    signingAlgorithm: row.signingAlgorithm as Cis2ClientRecord['signingAlgorithm'],
    clientSecret: row.clientSecretDigest === null ? null : { digest: row.clientSecretDigest, toSeal: null },
    state: row.state as Cis2ClientRecord['state'],
  };
}

type ChangingColumn = Exclude<keyof typeof CIS2_CLIENT_FIELDS, 'product' | 'environment' | 'clientSecret'>;

/** The columns that may change. @param clientSecretSealed null: the one that is sealed stays */
export function cis2ClientColumns(
  { clientId, auth, signingAlgorithm, clientSecret, state }: Cis2ClientRecord,
  clientSecretSealed: Uint8Array<ArrayBuffer> | null,
) {
  const columns = { clientId, auth, signingAlgorithm, state } satisfies Readonly<
    Record<ChangingColumn, unknown>
  >;
  if (clientSecretSealed === null) return columns;
  return { ...columns, clientSecretSealed, clientSecretDigest: clientSecret?.digest ?? null };
}
