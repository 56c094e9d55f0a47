/** Access review: once a year a second person confirms that somebody still needs a role. */

const DAY_MS = 86_400_000;
/** How long a role lasts in the review without another confirmation. */
export const CONFIRMED_FOR_MS = 365 * DAY_MS;

export interface ReviewedRole {
  /** Since when the person has the role as it is; null: longer than Gatehouse has recorded it. */
  readonly grantedAtMs: number | null;
  /** Null: never confirmed since then. */
  readonly confirmedAtMs: number | null;
}

/** When the role is to be confirmed, in epoch ms; null: at once, because nothing says since when it was needed. */
export function reviewDueMs({ grantedAtMs, confirmedAtMs }: ReviewedRole): number | null {
  const since = confirmedAtMs ?? grantedAtMs;
  return since === null ? null : since + CONFIRMED_FOR_MS;
}

export function isOverdue(role: ReviewedRole, nowMs: number): boolean {
  const dueMs = reviewDueMs(role);
  return dueMs === null || dueMs <= nowMs;
}

interface Person {
  readonly staffId: string | null;
  readonly email: string | null;
}

/** Nobody confirms a role of their own. Two accounts with one address are one person, and a service is none. */
export function mayConfirm(holder: Person, confirmer: Person): boolean {
  if (confirmer.staffId === null || confirmer.staffId === holder.staffId) return false;
  return confirmer.email === null || confirmer.email.toLowerCase() !== holder.email?.toLowerCase();
}
