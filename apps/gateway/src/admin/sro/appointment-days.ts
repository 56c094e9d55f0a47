/** Which days make sense for an appointment. Days are written `YYYY-MM-DD` and are days in London. */
import type { FaultAt } from '@gatehouse/contracts/problem';
import { addDays } from '@gatehouse/domain/governance/london-day';
import { conflict, invalid } from '../http/problem.js';

/** A rule of Gatehouse: NHS England asks for an owner and names no interval (docs/reference/protocol-facts.md §9.2). */
export const REVIEW_AFTER_DAYS = 365;
/** A leap year’s; with a later day the review would not be yearly. */
const REVIEW_WITHIN_DAYS = 366;

export interface AppointmentDays {
  readonly reviewDueOn: string;
  readonly startsOn?: string | undefined;
  readonly authority: { readonly date: string };
}

export function appointmentDayFaults(
  { reviewDueOn, startsOn, authority }: AppointmentDays,
  today: string,
): FaultAt[] {
  const firstDay = startsOn ?? today;
  const faults: FaultAt[] = [];
  if (reviewDueOn > addDays(firstDay, REVIEW_WITHIN_DAYS))
    faults.push({ pointer: '/reviewDueOn', detail: 'choose a day within a year of the first day' });
  if (reviewDueOn <= today) faults.push({ pointer: '/reviewDueOn', detail: 'choose a day in the future' });
  if (firstDay < today) faults.push({ pointer: '/startsOn', detail: 'choose today or a day in the future' });
  if (startsOn !== undefined && startsOn >= reviewDueOn)
    faults.push({ pointer: '/startsOn', detail: 'the first day must be before the review' });
  if (authority.date > today)
    faults.push({ pointer: '/authority/date', detail: 'the authority is dated in the future' });
  return faults;
}

/** @throws AdminProblem invalid-request */
export function refuseBadAcceptance(acceptedOn: string, today: string): void {
  if (acceptedOn <= today) return;
  throw invalid([{ pointer: '/acceptedOn', detail: 'an acceptance can’t be recorded before it happens' }]);
}

/** @throws AdminProblem conflict */
export function refuseBadReview(dueOn: string, today: string): void {
  if (dueOn <= today) throw conflict('The next review must be due on a day in the future.');
  if (dueOn > addDays(today, REVIEW_WITHIN_DAYS))
    throw conflict('The next review must be due within a year.');
}
