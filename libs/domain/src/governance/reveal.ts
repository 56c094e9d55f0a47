/**
 * Showing a patient's identifier from the audit trail, where it is kept sealed. One person requests it with a reason,
 * another approves, and then the first may see it for an hour. This holds in every environment, four eyes or not.
 */
import type { ChangeState } from './change-decision.js';
import type { SecondPerson } from './four-eyes.js';

/** How long the identifier may be seen after a second person has approved, in milliseconds. */
export const REVEAL_FOR_MS = 60 * 60_000;

export const REVEAL_SECOND_PERSON: SecondPerson = {
  rule: 'showing a patient’s identifier',
  roles: ['governance-officer'],
};

export interface Reveal {
  readonly requestedByStaff: string | null;
  readonly state: ChangeState;
  readonly decidedAtMs: number | null;
}

/** Epoch ms at which an approved identifier is hidden again; null where nobody has approved. */
export function shownUntilMs({ state, decidedAtMs }: Reveal): number | null {
  return state === 'approved' && decidedAtMs !== null ? decidedAtMs + REVEAL_FOR_MS : null;
}

export type RevealRefusal = 'not-asked' | 'not-approved' | 'over';

/** Why somebody may not see the identifier now, or null. Requests of other people look like none at all. */
export function revealRefusal(
  reveal: Reveal | null,
  staffId: string | null,
  nowMs: number,
): RevealRefusal | null {
  if (reveal === null || staffId === null || reveal.requestedByStaff !== staffId) return 'not-asked';
  const untilMs = shownUntilMs(reveal);
  if (untilMs === null) return 'not-approved';
  return untilMs <= nowMs ? 'over' : null;
}
