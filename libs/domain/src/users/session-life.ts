/**
 * How long a user session lasts. CIS2 defers to NIST SP 800-63B: 12 hours, or 15 minutes idle
 * (docs/reference/protocol-facts.md §7).
 */

export interface SessionLimits {
  /** At most 15 minutes. */
  readonly idleMs: number;
  /** From when the user authenticated; at most 12 hours. */
  readonly totalMs: number;
}

export const LONGEST_SESSION: SessionLimits = { idleMs: 15 * 60_000, totalMs: 12 * 3_600_000 };
/** Activity is written at most so often, so that idleness is exact to a minute. */
export const ACTIVITY_WRITTEN_EVERY_MS = 60_000;
export const SESSIONS_PER_USER = 5;

export interface SessionTimes {
  /** Epoch ms, all of them. */
  readonly authenticatedAtMs: number;
  readonly lastActiveAtMs: number;
  readonly endedAtMs: number | null;
}

/** Why a session no longer serves; null while it does. */
export type SessionEnd = 'ended' | 'expired' | 'idle' | null;

export function sessionEnd(session: SessionTimes, limits: SessionLimits, nowMs: number): SessionEnd {
  if (session.endedAtMs !== null) return 'ended';
  if (nowMs >= session.authenticatedAtMs + limits.totalMs) return 'expired';
  // Activity may be a minute newer than what is written.
  if (nowMs >= session.lastActiveAtMs + limits.idleMs + ACTIVITY_WRITTEN_EVERY_MS) return 'idle';
  return null;
}

/** Whether a request's activity is to be written. A poll that no person waits for does not keep a session alive. */
export function writesActivity(session: SessionTimes, isBackground: boolean, nowMs: number): boolean {
  return !isBackground && nowMs - session.lastActiveAtMs >= ACTIVITY_WRITTEN_EVERY_MS;
}

/** When the session ends if nothing more happens, epoch ms. */
export function endsAtMs({ authenticatedAtMs, lastActiveAtMs }: SessionTimes, limits: SessionLimits): number {
  return Math.min(authenticatedAtMs + limits.totalMs, lastActiveAtMs + limits.idleMs);
}
