/** An application between its rows and its record: the one place that maps the two. */
import type { Prisma } from '@gatehouse/db/client';
import {
  type APPLICATION_FIELDS,
  type ApplicationIdentity,
  type ApplicationRecord,
} from '@gatehouse/domain/registry/records/application-fields';

/** The rows that make a record. */
export const APPLICATION_ROWS = {
  bindings: { orderBy: { odsCode: 'asc' } },
  messageSets: { orderBy: { messageSetName: 'asc' } },
} as const;

type ApplicationRows = Prisma.ApplicationGetPayload<{ include: typeof APPLICATION_ROWS }>;

/** Columns that say what an application is for, with its organisations. */
export type IdentityRows = Pick<
  ApplicationRows,
  'environmentName' | 'productName' | 'accessMode' | 'capability'
> & { readonly bindings: readonly { readonly odsCode: string }[] };

// The casts: the database's own constraints keep these columns to the words of the record.

export function applicationIdentity(row: IdentityRows): ApplicationIdentity {
  return {
    organisations: row.bindings.map(({ odsCode }) => odsCode),
    product: row.productName,
    environment: row.environmentName,
    accessMode: row.accessMode as ApplicationRecord['accessMode'],
    capability: row.capability as ApplicationRecord['capability'],
  };
}

export function applicationRecord(row: ApplicationRows): ApplicationRecord & { readonly id: string } {
  return {
    ...applicationIdentity(row),
    id: row.id,
    asid: row.asid,
    asidSharedWith: row.asidSharedWith,
    apiKey: row.apiKey,
    apiSecret: row.apiSecretDigest === null ? null : { digest: row.apiSecretDigest, toSeal: null },
    apimApplicationId: row.apimApplicationId,
    messageSets: row.messageSets.map(({ messageSetName }) => messageSetName),
    state: row.state as ApplicationRecord['state'],
  };
}

/** Fields with rows of their own. */
type ListField = 'organisations' | 'messageSets';
type ChangingColumn = Exclude<
  keyof typeof APPLICATION_FIELDS,
  keyof ApplicationIdentity | ListField | 'apiSecret'
>;

/** The columns that may change. @param apiSecretSealed null: the one that is sealed stays */
export function applicationColumns(
  record: ApplicationRecord,
  apiSecretSealed: Uint8Array<ArrayBuffer> | null,
) {
  const columns = {
    asid: record.asid,
    asidSharedWith: [...record.asidSharedWith],
    apiKey: record.apiKey,
    apimApplicationId: record.apimApplicationId,
    state: record.state,
  } satisfies Readonly<Record<ChangingColumn, unknown>>;
  if (apiSecretSealed === null) return columns;
  return { ...columns, apiSecretSealed, apiSecretDigest: record.apiSecret?.digest ?? null };
}

/** The columns that a new application is written with, beside those that may change. */
export function identityColumns({ environment, product, accessMode, capability }: ApplicationIdentity) {
  return { environmentName: environment, productName: product, accessMode, capability };
}

export function bindingColumns(applicationId: string, { organisations }: ApplicationRecord) {
  return organisations.map((odsCode) => ({ applicationId, odsCode }));
}

export function messageSetColumns(applicationId: string, { messageSets }: ApplicationRecord) {
  return messageSets.map((messageSetName) => ({ applicationId, messageSetName }));
}
