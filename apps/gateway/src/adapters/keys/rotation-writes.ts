/**
 * What the steps of a rotation change in the registry. Each decides again, in its transaction, whether its step is due, and
 * leaves in the same transaction what the audit trail is to have of it.
 */
import { changeRegistry, type Database, type RegistryTransaction } from '@gatehouse/db/client';
import { dueStep, mayActivate, type NextStep } from '@gatehouse/domain/rotation/rotation';
import type { CreatedSigningKey } from '../kms/key-service.js';
import { addKey, setKeyState } from './key-rows.js';
import { leaveToRecord, stepEvent } from './rotation-records.js';
import { type OwnerRotation, policyText, readRotations } from './rotations.js';

/** As the history and the trail name it. */
export const ROTATION_ACTOR = 'Gatehouse key rotation';

/** `not-due`: a person was faster. `claim-lost`: the run was held up, and another may be at work. Neither changes anything. */
export type StepResult = 'taken' | 'not-due' | 'claim-lost';

/** Takes one step in the registry, if the run still has the claim of the owner and the step is still due. */
export async function takeStep(
  db: Database,
  rotation: OwnerRotation,
  { step, kid }: NextStep,
  run: {
    readonly claim: string;
    readonly created: CreatedSigningKey | null;
    readonly now: () => number;
  },
): Promise<StepResult> {
  const { claim, created, now } = run;
  const change = { actor: ROTATION_ACTOR, reason: policyText(rotation) };
  const { value } = await changeRegistry(db, change, async (transaction): Promise<StepResult> => {
    const { ownerId } = rotation;
    const { count } = await transaction.keyRotation.updateMany({
      where: { ownerId, claim },
      data: { claim },
    });
    if (count === 0) return 'claim-lost';
    const [current] = await readRotations(transaction, rotation.ownerId);
    const nowMs = now();
    if (current === undefined) return 'not-due';
    const due = dueStep(current, nowMs);
    if (due?.step !== step || due.kid !== kid) return 'not-due';
    const at = new Date(nowMs);
    if (step === 'create') {
      if (created === null) return 'not-due';
      await addKey(transaction, rotation, created, at);
      await transaction.keyRotation.updateMany({ where: { ownerId }, data: { creation: null } });
    } else if (step === 'activate') {
      if (!mayActivate(current, kid ?? '', nowMs)) return 'not-due';
      await activateKey(transaction, current, kid ?? '', at);
    } else await moveKey(transaction, step, kid ?? '', at);
    await leaveToRecord(transaction, ownerId, stepEvent(rotation, due, nowMs, { result: 'done' }));
    return 'taken';
  });
  return value;
}

/** The predecessor first: the database lets no owner have two ACTIVE keys. */
async function activateKey(
  transaction: RegistryTransaction,
  { keys }: OwnerRotation,
  kid: string,
  at: Date,
): Promise<void> {
  const former = keys.find(({ state }) => state === 'ACTIVE');
  if (former !== undefined) await setKeyState(transaction, former, 'RETIRING', at);
  await setKeyState(transaction, { kid, state: 'PUBLISHED' }, 'ACTIVE', at);
}

async function moveKey(
  transaction: RegistryTransaction,
  step: Exclude<NextStep['step'], 'create' | 'activate'>,
  kid: string,
  at: Date,
): Promise<void> {
  switch (step) {
    case 'publish':
      await setKeyState(transaction, { kid, state: 'PENDING' }, 'PUBLISHED', at);
      return;
    case 'confirm':
      await transaction.signingKey.update({ where: { kid, state: 'PUBLISHED' }, data: { confirmedAt: at } });
      return;
    case 'prove':
      await transaction.signingKey.update({ where: { kid, state: 'PUBLISHED' }, data: { provenAt: at } });
      return;
    case 'remove':
      await setKeyState(transaction, { kid, state: 'RETIRING' }, 'REMOVED', at);
      return;
    case 'disable':
      await transaction.signingKey.update({ where: { kid, state: 'REMOVED' }, data: { disabledAt: at } });
  }
}
