/** What an event of the register was about, from the facts that the audit trail recorded. */
import { shortDay } from '../parts/dates.js';

export type Event = Readonly<Record<string, unknown>>;

const REVEAL_STEPS: Readonly<Record<string, string>> = {
  asked: 'Requested',
  approved: 'Approved',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
  stale: 'Request lapsed',
  shown: 'Shown',
};

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function factsOf({ rows }: Event): Event {
  const [first] = Array.isArray(rows) ? (rows as readonly { readonly facts?: Event }[]) : [];
  return first?.facts ?? {};
}

/** How far the request to see an identifier came with this event. */
export function revealStep(event: Event): string {
  const step = textOf(factsOf(event)['step']) ?? '';
  return REVEAL_STEPS[step] ?? step;
}

/** A day is meant as a whole, and an instant is the first one that is left out. */
const lastDay = (until: string): string =>
  shortDay(until.includes('T') ? new Date(Date.parse(until) - 1).toISOString() : until);

/** “R69, 1 Mar 2026 to 31 Mar 2026”: the organisations, and the period where there is one. */
export function aboutWords(event: Event): string {
  const { organisations, organisation, from, until } = factsOf(event);
  const codes = Array.isArray(organisations) ? organisations.join(', ') : textOf(organisation);
  const [first, last] = [textOf(from), textOf(until)];
  const period =
    first === null && last === null
      ? null
      : `${first === null ? 'from the beginning' : shortDay(first)} to ${last === null ? 'now' : lastDay(last)}`;
  return [codes === null || codes === '' ? 'Every organisation' : codes, period].filter(Boolean).join(', ');
}
