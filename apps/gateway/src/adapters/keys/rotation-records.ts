/**
 * The audit trail's record of a rotation's steps. A step leaves its record in the row of its owner, in the transaction that
 * changes the key, so a run that is killed leaves it to the next one.
 */
import type { Database, Queries, RegistryTransaction } from '@gatehouse/db/client';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type { NextStep } from '@gatehouse/domain/rotation/rotation';
import { Prisma } from '@gatehouse/db/client';
import { systemEvent } from '../audit/system-event.js';
import { isRecordedAlready } from '../audit/write/queue.js';
import { type OwnerRotation, policyText } from './rotations.js';

export interface StepOutcome {
  readonly result: 'begun' | 'done' | 'failed';
  readonly cause?: string;
  readonly diagnosis?: string;
  readonly messageId?: string | null;
}

export function stepEvent(
  rotation: OwnerRotation,
  { step, kid }: NextStep,
  atMs: number,
  outcome: StepOutcome,
): SystemEvent {
  const { kind, ownerId, environment, odsCodes, policyId } = rotation;
  const facts = {
    ...{ step, kid, environment, owner: kind, ownerId, policyId, policy: policyText(rotation) },
    ...outcome,
  };
  const odsCode = odsCodes.length === 1 ? odsCodes[0] : undefined;
  return systemEvent('KEY_ROTATION', atMs, facts, {
    ...(kind === 'application' ? { applicationId: ownerId } : {}),
    ...(odsCode === undefined ? {} : { odsCode }),
  });
}

/** To be called by the run that has the claim, in the transaction of the step. */
export async function leaveToRecord(
  transaction: RegistryTransaction,
  ownerId: string,
  event: SystemEvent,
): Promise<void> {
  await transaction.keyRotation.update({
    where: { ownerId },
    data: { unrecorded: event as unknown as Prisma.InputJsonObject },
  });
}

/**
 * Records the step that this or an earlier run has taken. The trail refuses a second record of it, by its id: an earlier run
 * may have died after its record, or have waited for the trail until its claim was over.
 * @throws GW_AUDIT_UNAVAILABLE
 */
export async function recordTaken(
  {
    db,
    write,
  }: {
    readonly db: Pick<Database, 'keyRotation'> | Pick<Queries, 'keyRotation'>;
    /** Resolves once the event is durable. */
    readonly write: (event: SystemEvent) => Promise<void>;
  },
  ownerId: string,
  claim: string,
): Promise<void> {
  const row = await db.keyRotation.findFirst({ where: { ownerId, claim }, select: { unrecorded: true } });
  const event = (row?.unrecorded ?? null) as SystemEvent | null;
  if (event === null) return;
  try {
    await write(event);
  } catch (error) {
    if (!isRecordedAlready(error)) throw error;
  }
  await db.keyRotation.updateMany({ where: { ownerId, claim }, data: { unrecorded: Prisma.DbNull } });
}
