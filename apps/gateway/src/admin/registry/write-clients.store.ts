import type { Planned } from '@gatehouse/domain/registry/registry-change';
import type { ClientRecord } from '@gatehouse/domain/registry/registry-document';
import type { Transaction } from '../http/transaction.store.js';
import { inBatches, type Progress, to } from './apply.store.js';

export async function writeClients(
  transaction: Transaction,
  planned: readonly Planned<ClientRecord>[],
  progress: Progress,
  newId: () => string,
): Promise<void> {
  for (const record of to(planned, false)) {
    const { id } = record;
    if (id === null) throw new Error('a client to change has no id');
    await transaction.client.update({ where: { id }, data: columnsOf(record) });
    await changeGrants(transaction, id, record);
  }
  const created = to(planned, true).map((record) => ({ ...record, id: newId() }));
  await inBatches(created, 'clients', progress, async (batch) => {
    await transaction.client.createMany({
      data: batch.map((record) => ({
        id: record.id,
        name: record.name,
        environmentName: record.environment,
        ...columnsOf(record),
      })),
    });
  });
  const grants = created.flatMap((record) => grantsOf(record.id, record));
  await inBatches(grants, 'grants', progress, (data) => transaction.clientGrant.createMany({ data }));
}

function columnsOf({ state, returnTargets, workload }: ClientRecord) {
  return {
    state,
    returnTargets: [...returnTargets],
    workloadIssuer: workload?.issuer ?? null,
    workloadAudience: workload?.audience ?? null,
    workloadSubject: workload?.subject ?? null,
  };
}

function grantsOf(clientId: string, { grants }: ClientRecord) {
  return grants.map(({ organisation, product, accessMode, capability }) => ({
    clientId,
    odsCode: organisation,
    productName: product,
    accessMode,
    capability,
  }));
}

/** Grants that stay keep their rows. */
async function changeGrants(transaction: Transaction, clientId: string, record: ClientRecord): Promise<void> {
  const keyOf = (grant: {
    odsCode: string;
    productName: string;
    accessMode: string;
    capability: string | null;
  }) => JSON.stringify([grant.odsCode, grant.productName, grant.accessMode, grant.capability]);
  const held = await transaction.clientGrant.findMany({ where: { clientId } });
  const wanted = grantsOf(clientId, record);
  const wantedKeys = new Set(wanted.map(keyOf));
  const heldKeys = new Set(held.map(keyOf));
  const gone = held.filter((grant) => !wantedKeys.has(keyOf(grant))).map(({ id }) => id);
  if (gone.length > 0) await transaction.clientGrant.deleteMany({ where: { id: { in: gone } } });
  await transaction.clientGrant.createMany({ data: wanted.filter((grant) => !heldKeys.has(keyOf(grant))) });
}
