/**
 * The end of a signing key in KMS, computed from rows: the keys of a retired application or CIS2 client leave their JWKS,
 * removed keys are disabled, and disabled ones are proposed for deletion in one list a month, which two people approve.
 * A KMS key that is deleted is gone for good, so each is checked again before its deletion is scheduled.
 */
import type { SigningKeyState } from '../registry/signing-key.js';
import { ROLLBACK_MS } from './rotation.js';

/** A key that may come to its end. Times are epoch ms; null: it has not happened. */
export interface EndingKey {
  readonly state: SigningKeyState;
  readonly isOwnerRetired: boolean;
  readonly retiredAtMs: number | null;
  readonly removedAtMs: number | null;
  /** When its KMS key was disabled. */
  readonly disabledAtMs: number | null;
  /** The month of the list under which two people approved its deletion. */
  readonly deletionList: string | null;
  readonly deletesAtMs: number | null;
  readonly deletionScheduledAtMs: number | null;
}

/**
 * `retire`: stop signing with it. `remove`: take it out of the JWKS. `disable`: disable its KMS key. `schedule`: have KMS
 * delete it. `cancel`: have KMS keep it.
 */
export type EndStep = 'retire' | 'remove' | 'disable' | 'schedule' | 'cancel';

/** The longest that KMS waits before it deletes a key. */
export const DELETION_WAIT_DAYS = 30;
/** A rotation disables the key that it has removed itself, right after. */
const DISABLED_BY_ROTATION_MS = 60 * 60_000;

/** @returns the step that a key needs now; null: none */
export function endStepOf(key: EndingKey, nowMs: number): EndStep | null {
  const { state, isOwnerRetired, retiredAtMs, removedAtMs, disabledAtMs } = key;
  switch (state) {
    case 'ACTIVE':
      return isOwnerRetired ? 'retire' : null;
    case 'PENDING':
    case 'PUBLISHED':
      return isOwnerRetired ? 'remove' : null;
    case 'RETIRING':
      return isOwnerRetired && retiredAtMs !== null && nowMs >= retiredAtMs + ROLLBACK_MS ? 'remove' : null;
    case 'REMOVED':
      if (disabledAtMs === null)
        return removedAtMs !== null && nowMs >= removedAtMs + DISABLED_BY_ROTATION_MS ? 'disable' : null;
      return deletionStep(key);
  }
}

function deletionStep({ deletionList, deletesAtMs, deletionScheduledAtMs }: EndingKey): EndStep | null {
  if (deletionList !== null) return deletionScheduledAtMs === null ? 'schedule' : null;
  return deletesAtMs === null ? null : 'cancel';
}

/** What is read once more, right before the deletion of a key is scheduled. */
export interface LastCheck {
  /** Whether a process still publishes it or signs with it. */
  readonly isServed: boolean;
  /** As KMS names it. */
  readonly kmsState: string;
}

/** @returns why a key is not deleted, although two people approved it; null: nothing speaks against it */
export function refusalOfDeletion({ isServed, kmsState }: LastCheck): string | null {
  if (isServed) return 'The key is in a JWKS again.';
  // What is disabled in KMS has signed nothing since.
  if (kmsState === 'Enabled') return 'Somebody has enabled the key in AWS KMS again, so it may be in use.';
  if (kmsState === 'Disabled' || kmsState === 'PendingDeletion' || kmsState === 'Gone') return null;
  return `AWS KMS says that the key is in the state ${kmsState}.`;
}

/** Such as 2026-11, in UTC. */
export const monthOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 7);

/** The month whose list is due now; null: there is one already. Months without a list are not made up for. */
export function listDue(newestMonth: string | null, nowMs: number): string | null {
  const month = monthOf(nowMs);
  return newestMonth === null || newestMonth < month ? month : null;
}
