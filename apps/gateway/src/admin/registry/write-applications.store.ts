import type { Planned } from '@gatehouse/domain/registry/registry-change';
import type { ApplicationRecord } from '@gatehouse/domain/registry/registry-document';
import type { AdminDeps } from '../deps.js';
import type { Transaction } from '../http/transaction.store.js';
import { inBatches, type Progress, to } from './apply.store.js';

/** 192 bits: the JWKS URL can't be guessed, so the list of tenants can't be read off it. */
const JWKS_ID_BYTES = 24;

interface Ready extends ApplicationRecord {
  readonly id: string;
  readonly sealed: Uint8Array<ArrayBuffer> | null;
}

export async function writeApplications(
  transaction: Transaction,
  deps: AdminDeps,
  planned: readonly Planned<ApplicationRecord>[],
  progress: Progress,
  newId: () => string,
): Promise<void> {
  const changed = await Promise.all(
    planned
      .filter(({ change }) => change.action === 'update' || change.action === 'retire')
      .map(async ({ change, record }) => ({
        record: await ready(record, record.id ?? newId(), deps),
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
  const created = await Promise.all(to(planned, true).map((record) => ready(record, newId(), deps)));
  await inBatches(created, 'applications', progress, async (batch) => {
    await transaction.application.createMany({
      data: batch.map((record) => ({
        id: record.id,
        environmentName: record.environment,
        productName: record.product,
        accessMode: record.accessMode,
        capability: record.capability,
        jwksId: Buffer.from(deps.randomBytes(JWKS_ID_BYTES)).toString('base64url'),
        ...columnsOf(record),
      })),
    });
    await transaction.binding.createMany({
      data: batch.flatMap(({ id, organisations }) =>
        organisations.map((odsCode) => ({ applicationId: id, odsCode })),
      ),
    });
    await transaction.applicationMessageSet.createMany({
      data: batch.flatMap(({ id, messageSets }) =>
        messageSets.map((messageSetName) => ({ applicationId: id, messageSetName })),
      ),
    });
  });
}

async function ready(record: ApplicationRecord, id: string, { secretBox }: AdminDeps): Promise<Ready> {
  const secret = record.newApiSecret;
  const sealed =
    secret === null || secretBox === null ? null : Uint8Array.from(await secretBox.seal(secret, id));
  return { ...record, id, sealed };
}

function columnsOf(record: Ready) {
  return {
    state: record.state,
    asid: record.asid,
    asidSharedWith: [...record.asidSharedWith],
    apiKey: record.apiKey,
    apimApplicationId: record.apimApplicationId,
    ...(record.sealed === null
      ? {}
      : { apiSecretSealed: record.sealed, apiSecretDigest: record.apiSecretDigest }),
    ...(record.cis2 === null ? {} : { cis2: { clientId: record.cis2.clientId, auth: record.cis2.auth } }),
  };
}

function retiredFirst(one: ApplicationRecord, other: ApplicationRecord): number {
  return Number(other.state === 'retired') - Number(one.state === 'retired');
}

/** Bindings and message sets that stay keep their rows, so that the history shows only what changed. */
async function update(transaction: Transaction, record: Ready, fields: ReadonlySet<string>): Promise<void> {
  const { id } = record;
  if (fields.has('organisations')) {
    await transaction.binding.deleteMany({
      where: { applicationId: id, odsCode: { notIn: [...record.organisations] } },
    });
    await transaction.binding.createMany({
      data: record.organisations.map((odsCode) => ({ applicationId: id, odsCode })),
      skipDuplicates: true,
    });
  }
  await transaction.application.updateMany({ where: { id }, data: columnsOf(record) });
  if (fields.has('messageSets')) {
    await transaction.applicationMessageSet.deleteMany({
      where: { applicationId: id, messageSetName: { notIn: [...record.messageSets] } },
    });
    await transaction.applicationMessageSet.createMany({
      data: record.messageSets.map((messageSetName) => ({ applicationId: id, messageSetName })),
      skipDuplicates: true,
    });
  }
}
