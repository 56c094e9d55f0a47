/**
 * Seals the secrets of a registry document before the transaction that writes them begins. Writers of the registry take
 * turns, so that all of them would wait for each call of KMS that was made inside it.
 */
import type { RegistryPlan } from '@gatehouse/domain/registry/plan/registry-plan';
import type { Secret } from '@gatehouse/domain/registry/records/field-kinds';
import type { RegistryDocument } from '@gatehouse/domain/registry/records/registry-records';
import type { SecretBox } from '../../adapters/kms/secret-box.js';
import type { Queries } from '../http/transactions.js';
import { recordsToCreate, recordsToUpdate } from './batches.js';

type Sealed = Uint8Array<ArrayBuffer>;
type Seals = Pick<SecretBox, 'seal'>;

/** What a write needs to seal, and to name its new rows. */
export interface Sealing {
  seal(secret: string, id: string): Promise<Sealed>;
  readonly newId: () => string;
}

/** A new secret of a record, sealed for its row; null: it has none, or the one that is sealed stays. */
export async function sealedSecret(box: Seals, secret: Secret | null, id: string): Promise<Sealed | null> {
  const toSeal = secret?.toSeal ?? null;
  return toSeal === null ? null : box.seal(toSeal, id);
}

export function hasSecrets({ applications, cis2Clients }: RegistryDocument): boolean {
  return (
    applications.some(({ apiSecret }) => apiSecret !== undefined && apiSecret !== null) ||
    cis2Clients.some(({ clientSecret }) => clientSecret !== undefined && clientSecret !== null)
  );
}

/**
 * New rows get their ids here, in the order in which they are written, since a secret is sealed for its row. If the
 * registry has changed by then, a secret that is not sealed for its row is sealed once more.
 */
export async function sealAhead(
  db: Queries,
  { applications, cis2Clients }: RegistryPlan,
  { seal, newId }: Seals & Pick<Sealing, 'newId'>,
): Promise<Sealing> {
  const newIds: string[] = [];
  const created = (secret: Secret | null) => {
    const id = newId();
    newIds.push(id);
    return { id, secret };
  };
  const owners = [
    ...recordsToUpdate(applications).map(({ id, apiSecret: secret }) => ({ id, secret })),
    ...recordsToCreate(applications).map(({ apiSecret }) => created(apiSecret)),
    ...(await Promise.all(
      recordsToUpdate(cis2Clients).map(async ({ environment, product, clientSecret: secret }) => {
        const where = { environmentName_productName: { environmentName: environment, productName: product } };
        const row = await db.cis2Client.findUnique({ where, select: { id: true } });
        return { id: row?.id ?? null, secret };
      }),
    )),
    ...recordsToCreate(cis2Clients).map(({ clientSecret }) => created(clientSecret)),
  ];
  const sealed = new Map<string, Sealed>();
  await Promise.all(
    owners.map(async ({ id, secret }) => {
      const toSeal = secret?.toSeal ?? null;
      if (id !== null && toSeal !== null) sealed.set(JSON.stringify([id, toSeal]), await seal(toSeal, id));
    }),
  );
  return {
    seal: async (secret, id) => sealed.get(JSON.stringify([id, secret])) ?? seal(secret, id),
    newId: () => newIds.shift() ?? newId(),
  };
}
