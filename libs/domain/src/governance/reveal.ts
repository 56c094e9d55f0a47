/**
 * Showing a patient's identifier from the audit trail, where it is kept sealed: one person asks and says why, another
 * agrees, and then the one who asked may see it for a while. In every environment, with four eyes or without.
 */
import type { ChangeState } from './change-decision.js';
import type { SecondPerson } from './four-eyes.js';

/** How long the identifier may be seen once a second person has agreed, in milliseconds. */
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

/** Why somebody may not see the identifier now, or null. Of others' requests nobody is told. */
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
