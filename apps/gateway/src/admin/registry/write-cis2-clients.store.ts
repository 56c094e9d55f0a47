import type { Planned } from '@gatehouse/domain/registry/plan/registry-change';
import type { Cis2ClientRecord } from '@gatehouse/domain/registry/records/cis2-client-fields';
import { cis2ClientColumns } from '../../adapters/registry/cis2-client-rows.js';
import type { Transaction } from '../http/transactions.js';
import { sealedSecret } from './seal-ahead.store.js';
import { recordsToCreate, recordsToUpdate } from './batches.js';
import { type Means, newJwksId } from './write-applications.store.js';

/** There are a few: one for a product in an environment. */
export async function writeCis2Clients(
  transaction: Transaction,
  planned: readonly Planned<Cis2ClientRecord>[],
  { secretBox, randomBytes, newId }: Means,
): Promise<void> {
  const columnsOf = async (record: Cis2ClientRecord, id: string) =>
    cis2ClientColumns(record, await sealedSecret(secretBox, record.clientSecret, id));
  for (const record of recordsToUpdate(planned)) {
    const key = { environmentName: record.environment, productName: record.product };
    const where = { environmentName_productName: key };
    const { id } = await transaction.cis2Client.findUniqueOrThrow({ where, select: { id: true } });
    await transaction.cis2Client.update({ where: { id }, data: await columnsOf(record, id) });
  }
  for (const record of recordsToCreate(planned)) {
    const id = newId();
    const key = { environmentName: record.environment, productName: record.product };
    await transaction.cis2Client.create({
      data: { id, ...key, jwksId: newJwksId(randomBytes), ...(await columnsOf(record, id)) },
    });
  }
}
