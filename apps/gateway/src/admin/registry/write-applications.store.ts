import type { RandomBytes } from '@gatehouse/domain/input/opaque-key';
import type { Planned } from '@gatehouse/domain/registry/plan/registry-change';
import type { ApplicationRecord } from '@gatehouse/domain/registry/records/application-fields';
import {
  applicationColumns,
  bindingColumns,
  identityColumns,
  messageSetColumns,
} from '../../adapters/registry/application-rows.js';
import type { SecretBox } from '../../adapters/kms/secret-box.js';
import type { Transaction } from '../http/transactions.js';
import { sealedSecret } from './seal-ahead.store.js';
import { inBatches, type Progress, recordsToCreate } from './batches.js';

/** 192 bits: the JWKS URL can't be guessed, so the list of tenants can't be read off it. */
const JWKS_ID_BYTES = 24;

/** The last segment of a JWKS URL. */
export function newJwksId(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(JWKS_ID_BYTES)).toString('base64url');
}

/** A record with the id it has or gets. */
interface Identified extends ApplicationRecord {
  readonly id: string;
  /** Null: the secret that is sealed stays. */
  readonly apiSecretSealed: Uint8Array<ArrayBuffer> | null;
}

export interface Means {
  readonly secretBox: Pick<SecretBox, 'seal'>;
  readonly randomBytes: RandomBytes;
  readonly newId: () => string;
}

export async function writeApplications(
  transaction: Transaction,
  planned: readonly Planned<ApplicationRecord>[],
  progress: Progress,
  { secretBox, randomBytes, newId }: Means,
): Promise<void> {
  const changed = await Promise.all(
    planned
      .filter(({ change }) => change.action === 'update' || change.action === 'retire')
      .map(async ({ change, record }) => ({
        record: await identified(record, record.id ?? newId(), secretBox),
        fields: new Set(change.fields.map(({ name }) => name)),
      })),
  );
  // What retires or changes goes first: a new application may take over its binding.
  let done = 0;
  for (const { record, fields } of changed.toSorted((one, other) => retiredFirst(one.record, other.record))) {
    await update(transaction, record, fields);
    done += 1;
    if (done % 50 === 0 || done === changed.length)
      await progress('changed applications', done, changed.length);
  }
  const created = await Promise.all(
    recordsToCreate(planned).map((record) => identified(record, newId(), secretBox)),
  );
  await inBatches(created, 'applications', progress, async (batch) => {
    await transaction.application.createMany({
      data: batch.map((record) => ({
        id: record.id,
        ...identityColumns(record),
        jwksId: newJwksId(randomBytes),
        ...applicationColumns(record, record.apiSecretSealed),
      })),
    });
    await transaction.binding.createMany({
      data: batch.flatMap((record) => bindingColumns(record.id, record)),
    });
    await transaction.applicationMessageSet.createMany({
      data: batch.flatMap((record) => messageSetColumns(record.id, record)),
    });
  });
}

async function identified(
  record: ApplicationRecord,
  id: string,
  secretBox: Means['secretBox'],
): Promise<Identified> {
  return { ...record, id, apiSecretSealed: await sealedSecret(secretBox, record.apiSecret, id) };
}

function retiredFirst(one: ApplicationRecord, other: ApplicationRecord): number {
  return Number(other.state === 'retired') - Number(one.state === 'retired');
}

/** Bindings and message sets that stay keep their rows, so that the history shows only what changed. */
async function update(
  transaction: Transaction,
  record: Identified,
  fields: ReadonlySet<string>,
): Promise<void> {
  const { id } = record;
  if (fields.has('organisations')) {
    await transaction.binding.deleteMany({
      where: { applicationId: id, odsCode: { notIn: [...record.organisations] } },
    });
    await transaction.binding.createMany({
      data: bindingColumns(id, record),
      skipDuplicates: true,
    });
  }
  const data = applicationColumns(record, record.apiSecretSealed);
  await transaction.application.updateMany({ where: { id }, data });
  if (fields.has('messageSets')) {
    await transaction.applicationMessageSet.deleteMany({
      where: { applicationId: id, messageSetName: { notIn: [...record.messageSets] } },
    });
    await transaction.applicationMessageSet.createMany({
      data: messageSetColumns(id, record),
      skipDuplicates: true,
    });
  }
}
