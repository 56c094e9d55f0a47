/** A client between its rows and its record: the one place that maps the two. */
import type { Prisma } from '@gatehouse/db/client';
import type { CLIENT_FIELDS, ClientRecord } from '@gatehouse/domain/registry/records/client-fields';

/** The rows that make a record. */
export const CLIENT_ROWS = {
  grants: { orderBy: [{ odsCode: 'asc' }, { productName: 'asc' }, { accessMode: 'asc' }] },
} satisfies Prisma.ClientInclude;

type ClientRows = Prisma.ClientGetPayload<{ include: { grants: true } }>;
type GrantRow = ClientRows['grants'][number];

// The casts: the database's own constraints keep these columns to the words of the record.

export function clientRecord(row: ClientRows): ClientRecord & { readonly id: string } {
  return {
    id: row.id,
    name: row.name,
    environment: row.environmentName,
    grants: row.grants.map(grantRecord),
    returnTargets: row.returnTargets,
    workload: workloadOf(row),
    rateShare: row.rateShare as ClientRecord['rateShare'],
    state: row.state as ClientRecord['state'],
  };
}

type Grant = ClientRecord['grants'][number];

export function grantRecord(
  row: Pick<GrantRow, 'odsCode' | 'productName' | 'accessMode' | 'capability'>,
): Grant {
  return {
    organisation: row.odsCode,
    product: row.productName,
    accessMode: row.accessMode as Grant['accessMode'],
    capability: row.capability as Grant['capability'],
  };
}

type ChangingColumn = Exclude<keyof typeof CLIENT_FIELDS, 'name' | 'environment' | 'grants' | 'workload'>;

/** The columns that may change. */
export function clientColumns({ state, returnTargets, rateShare, workload }: ClientRecord) {
  const columns = {
    state,
    rateShare,
    returnTargets: [...returnTargets],
  } satisfies Readonly<Record<ChangingColumn, unknown>>;
  return {
    ...columns,
    workloadIssuer: workload?.issuer ?? null,
    workloadAudience: workload?.audience ?? null,
    workloadSubject: workload?.subject ?? null,
  };
}

export function grantColumns(clientId: string, { organisation, product, accessMode, capability }: Grant) {
  return { clientId, odsCode: organisation, productName: product, accessMode, capability };
}

function workloadOf({ workloadIssuer, workloadAudience, workloadSubject }: ClientRows) {
  if (workloadIssuer === null || workloadAudience === null || workloadSubject === null) return null;
  return { issuer: workloadIssuer, audience: workloadAudience, subject: workloadSubject };
}
