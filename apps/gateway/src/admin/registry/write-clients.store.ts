import type { Planned } from '@gatehouse/domain/registry/plan/registry-change';
import { type ClientRecord, grantKey } from '@gatehouse/domain/registry/records/client-fields';
import { clientColumns, grantColumns, grantRecord } from '../../adapters/registry/client-rows.js';
import type { Transaction } from '../http/transactions.js';
import { inBatches, type Progress, recordsToCreate, recordsToUpdate } from './batches.js';

export async function writeClients(
  transaction: Transaction,
  planned: readonly Planned<ClientRecord>[],
  progress: Progress,
  newId: () => string,
): Promise<void> {
  for (const record of recordsToUpdate(planned)) {
    const { id } = record;
    if (id === null) throw new Error('a client to change has no id');
    await transaction.client.update({ where: { id }, data: clientColumns(record) });
    await changeGrants(transaction, id, record);
  }
  const created = recordsToCreate(planned).map((record) => ({ ...record, id: newId() }));
  await inBatches(created, 'clients', progress, async (batch) => {
    await transaction.client.createMany({
      data: batch.map((record) => ({
        id: record.id,
        name: record.name,
        environmentName: record.environment,
        ...clientColumns(record),
      })),
    });
  });
  const grants = created.flatMap((record) => record.grants.map((grant) => grantColumns(record.id, grant)));
  await inBatches(grants, 'grants', progress, (data) => transaction.clientGrant.createMany({ data }));
}

/** Grants that stay keep their rows. */
async function changeGrants(
  transaction: Transaction,
  clientId: string,
  { grants }: ClientRecord,
): Promise<void> {
  const rows = await transaction.clientGrant.findMany({ where: { clientId } });
  const currentKeys = new Set(rows.map((row) => grantKey(grantRecord(row))));
  const wantedKeys = new Set(grants.map(grantKey));
  const removedIds = rows.filter((row) => !wantedKeys.has(grantKey(grantRecord(row)))).map(({ id }) => id);
  if (removedIds.length > 0) await transaction.clientGrant.deleteMany({ where: { id: { in: removedIds } } });
  const added = grants.filter((grant) => !currentKeys.has(grantKey(grant)));
  await transaction.clientGrant.createMany({ data: added.map((grant) => grantColumns(clientId, grant)) });
}
