/** Who may decide a change that waits for a second person, and who may take an emergency stop back alone. */
import { type Powers, reaches, type Reach, reachOf, type StaffRole } from './permissions.js';

/** How long a request waits for its second person. */
export const CHANGE_LIFE_MS = 72 * 3_600_000;

export type ChangeState = 'pending' | 'approved' | 'rejected' | 'withdrawn' | 'expired' | 'stale';

export interface RequestedChange {
  /** Null: requested with a service's token. */
  readonly requestedByStaff: string | null;
  /** Two accounts with one address are one person. */
  readonly requestedByEmail: string | null;
  readonly state: ChangeState;
  readonly expiresAtMs: number;
  readonly odsCodes: readonly string[];
  /** One role of each list is needed. */
  readonly deciders: readonly (readonly StaffRole[])[];
}

export type DecisionRefusal = 'not-a-person' | 'same-person' | 'role' | 'not-pending' | 'expired';

/** Somebody who wants to decide. */
export interface Decider extends Powers {
  readonly staffId: string | null;
  readonly email: string | null;
}

/** Why somebody may not decide a requested change, or null. */
export function decisionRefusal(
  requested: RequestedChange,
  decider: Decider,
  nowMs: number,
): DecisionRefusal | null {
  if (decider.staffId === null || decider.roles === null) return 'not-a-person';
  const sameAddress =
    decider.email !== null && decider.email.toLowerCase() === requested.requestedByEmail?.toLowerCase();
  if (decider.staffId === requested.requestedByStaff || sameAddress) return 'same-person';
  if (reachOf(decider, 'change.decide') === null || !hasEveryRole(requested, decider)) return 'role';
  if (requested.state !== 'pending') return 'not-pending';
  return requested.expiresAtMs <= nowMs ? 'expired' : null;
}

/** One role of each list, for all the organisations of the change. */
function hasEveryRole({ deciders, odsCodes }: RequestedChange, { roles }: Decider): boolean {
  return deciders.every((accepted) => {
    const matching = (roles ?? []).filter(({ role }) => accepted.includes(role));
    const reach: Reach = matching.some((role) => role.odsCodes === null)
      ? 'all'
      : new Set(matching.flatMap((role) => role.odsCodes ?? []));
    return matching.length > 0 && reaches(reach, odsCodes);
  });
}

/** How long whoever made an emergency stop may take it back alone. */
export const UNDO_STOP_MS = 15 * 60_000;

/**
 * Whether a stop may be lifted without a second person: a slip of one's own, noticed at once. If what was stopped has
 * been changed in the meantime, that change needed a second person of its own.
 */
export function isUndo(
  stop: { readonly stoppedByStaff: string | null; readonly stoppedAtMs: number },
  { staffId }: { readonly staffId: string | null },
  nowMs: number,
): boolean {
  const own = staffId !== null && staffId === stop.stoppedByStaff;
  return own && nowMs - stop.stoppedAtMs < UNDO_STOP_MS;
}
