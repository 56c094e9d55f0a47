/**
 * Signing keys that may be in the wrong hands. An emergency is recorded first; then the registry takes the key out of use, KMS
 * disables it, and the audit trail has both. Each of these may fail or be killed: a job goes on until all are done.
 */
import { randomUUID } from 'node:crypto';
import { changeRegistry, type Database, type Queries, type RegistryTransaction } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { systemEvent } from '../audit/system-event.js';
import type { KeyService } from '../kms/key-service.js';
import { notify } from '../notices/notify.js';
import { emergencyNotice, unconfirmedNotice } from './emergency-notices.js';
import { type OwnedKey, readStandby, setKeyState } from './key-rows.js';

export interface EmergencyRequest {
  readonly kid: string;
  readonly ownerName: string;
  readonly odsCodes: readonly string[];
  readonly wasActive: boolean;
  readonly reason: string;
  /** As the history and the trail name them. */
  readonly by: string;
  /** Null: a service's token. */
  readonly staffId: string | null;
  readonly origin: string;
}

export interface EmergencyParts {
  readonly db: Database;
  readonly keyService: Pick<KeyService, 'disableKey'>;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  readonly now: () => number;
  readonly log: { error(fields: object, message: string): void };
}

/**
 * Records the emergency and its notice, without the lock of the registry, which somebody else may have for seconds.
 * @returns its id; that of the earlier one, if somebody was faster
 */
export async function beginEmergency(
  db: Database,
  { kid, ownerName, odsCodes, wasActive, reason, by, staffId, origin }: EmergencyRequest,
  nowMs: number,
): Promise<string> {
  const row = {
    ...{ id: randomUUID(), kid, odsCodes: [...odsCodes], wasActive, reason, origin },
    ...{ disabledBy: by, disabledByStaff: staffId, disabledAt: new Date(nowMs) },
  };
  return db.$transaction(async (transaction) => {
    const { count } = await transaction.keyEmergency.createMany({ data: [row], skipDuplicates: true });
    if (count === 0) return (await transaction.keyEmergency.findUniqueOrThrow({ where: { kid } })).id;
    await notify(transaction, emergencyNotice({ ...row, ownerName }), nowMs);
    return row.id;
  });
}

/** The emergencies that were begun before this moment, and of which something is still to be done; the oldest first. */
export async function unsettledEmergencies(
  db: Pick<Queries, 'keyEmergency'>,
  beforeMs: number,
): Promise<string[]> {
  const rows = await db.keyEmergency.findMany({
    where: { OR: [{ auditedStep: null }, { auditedStep: 'begun' }], disabledAt: { lt: new Date(beforeMs) } },
    select: { id: true },
    orderBy: { disabledAt: 'asc' },
  });
  return rows.map(({ id }) => id);
}

/** Does what is still to be done. Running it twice does no harm. @returns false if something could not be done yet */
export async function settleEmergency(parts: EmergencyParts, id: string): Promise<boolean> {
  const { log, db } = parts;
  // None waits for another: neither a busy registry nor KMS nor the trail may hold up the rest.
  const steps = await Promise.allSettled([
    takeOut(parts, id),
    disableInKms(parts, id),
    audit(parts, id, 'begun'),
  ]);
  for (const step of steps)
    if (step.status === 'rejected')
      log.error({ err: step.reason as unknown, emergency: id }, 'a key emergency is not complete');
  if (steps.some(({ status }) => status === 'rejected')) return false;
  const { kid, kmsDisabledAt } = await db.keyEmergency.findUniqueOrThrow({ where: { id } });
  try {
    await changeRegistry(db, await changeOf(db, id), (transaction) =>
      transaction.signingKey.updateMany({
        where: { kid, disabledAt: null },
        data: { disabledAt: kmsDisabledAt },
      }),
    );
    await audit(parts, id, 'confirmed');
    return true;
  } catch (error) {
    log.error({ err: error, emergency: id }, 'a key emergency is not complete');
    return false;
  }
}

/** Announces, once, that KMS has not confirmed it: somebody should disable the key by hand. */
export async function announceUnconfirmed({ db, now }: EmergencyParts, id: string): Promise<void> {
  const row = await db.keyEmergency.findUniqueOrThrow({ where: { id }, include: { signingKey: true } });
  if (row.kmsDisabledAt !== null) return;
  await notify(db, unconfirmedNotice({ ...row, kmsKeyArn: row.signingKey.kmsKeyArn }), now());
}

/** Every replica drops the key's tokens within a second, and signs with the standby. */
async function takeOut({ db, now }: EmergencyParts, id: string): Promise<void> {
  const { takenOutAt } = await db.keyEmergency.findUniqueOrThrow({ where: { id } });
  if (takenOutAt !== null) return;
  await changeRegistry(
    db,
    await changeOf(db, id),
    async (transaction) => {
      const { kid, takenOutAt: since } = await transaction.keyEmergency.findUniqueOrThrow({ where: { id } });
      if (since !== null) return;
      const nowMs = now();
      const at = new Date(nowMs);
      const key = await transaction.signingKey.findUniqueOrThrow({ where: { kid } });
      const wasActive = key.state === 'ACTIVE';
      // It is never published again, so its retirement is not waited for.
      if (wasActive) await setKeyState(transaction, key, 'RETIRING', at);
      if (key.state !== 'REMOVED')
        await setKeyState(transaction, { kid, state: wasActive ? 'RETIRING' : key.state }, 'REMOVED', at);
      const standbyKid = wasActive ? await activateStandby(transaction, key, nowMs) : null;
      await transaction.keyEmergency.update({
        where: { id },
        data: { takenOutAt: at, wasActive, standbyKid },
      });
    },
    { timeoutMs: 10_000 },
  );
}

async function disableInKms({ db, keyService, now }: EmergencyParts, id: string): Promise<void> {
  const row = await db.keyEmergency.findUniqueOrThrow({ where: { id }, include: { signingKey: true } });
  if (row.kmsDisabledAt !== null) return;
  await keyService.disableKey(row.signingKey.kmsKeyArn);
  const where = { id, kmsDisabledAt: null };
  await db.keyEmergency.updateMany({ where, data: { kmsDisabledAt: new Date(now()) } });
}

async function audit(
  { db, audit: trail, now }: EmergencyParts,
  id: string,
  step: 'begun' | 'confirmed',
): Promise<void> {
  const row = await db.keyEmergency.findUniqueOrThrow({ where: { id }, include: { signingKey: true } });
  const { kid, disabledBy: by, auditedStep, odsCodes, standbyKid, signingKey } = row;
  if (auditedStep === 'confirmed' || auditedStep === step) return;
  const { applicationId } = signingKey;
  const odsCode = odsCodes.length === 1 ? odsCodes[0] : undefined;
  const facts = { step, emergencyId: id, kid, by, ...(step === 'begun' ? {} : { standbyKid }) };
  await trail.system(
    systemEvent('KEY_EMERGENCY', now(), facts, {
      ...(applicationId === null ? {} : { applicationId }),
      ...(odsCode === undefined ? {} : { odsCode }),
    }),
  );
  await db.keyEmergency.updateMany({ where: { id, auditedStep }, data: { auditedStep: step } });
}

/** The history names the person who declared the emergency, even where a job completes it. */
async function changeOf(db: Database, id: string) {
  const { disabledBy, reason, origin, disabler } = await db.keyEmergency.findUniqueOrThrow({
    where: { id },
    include: { disabler: true },
  });
  const people = disabler === null ? [] : [{ issuer: disabler.issuer, subject: disabler.subject }];
  return { actor: disabledBy, people, origin: origin ?? undefined, reason: `emergency: ${reason}` };
}

/** @returns the kid of the key that signs from now on; null: none can yet */
async function activateStandby(
  transaction: RegistryTransaction,
  key: OwnedKey,
  nowMs: number,
): Promise<string | null> {
  const standby = await readStandby(transaction, key, nowMs);
  if (standby === null) return null;
  await setKeyState(transaction, standby, 'ACTIVE', new Date(nowMs));
  return standby.kid;
}
