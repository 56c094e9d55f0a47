import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { AdminDeps } from '../deps.js';
import { AdminProblem } from '../http/problem.js';
import type { Change } from '../http/transaction.store.js';
import { appoint, REVIEW_AFTER_DAYS, REVIEW_WITHIN_DAYS } from './sro.store.js';

type Appointment = InputOf<'sroAppoint'>['body'];

/** The day is fixed when it is asked for: a colleague who approves it tomorrow approves the same one. */
export function withReviewDay(
  body: Appointment,
  nowMs: number,
): Appointment & { readonly reviewDueOn: string } {
  const reviewDueOn = body.reviewDueOn ?? addDays(body.startsOn ?? londonDay(nowMs), REVIEW_AFTER_DAYS);
  return { ...body, reviewDueOn };
}

/** Proposes an appointment whose days make sense today. @throws AdminProblem invalid-request */
export async function appointChecked(deps: AdminDeps, change: Change, body: Appointment, reach: Reach) {
  const nowMs = deps.now();
  const errors = body.environments.flatMap((name, at) =>
    deps.environments.has(name)
      ? []
      : [{ pointer: `/environments/${at}`, detail: `this deployment does not serve ${name}` }],
  );
  const { reviewDueOn } = withReviewDay(body, nowMs);
  const first = body.startsOn ?? londonDay(nowMs);
  if (reviewDueOn > addDays(first, REVIEW_WITHIN_DAYS))
    errors.push({ pointer: '/reviewDueOn', detail: 'name a day within a year of the first one' });
  if (reviewDueOn <= londonDay(nowMs)) errors.push({ pointer: '/reviewDueOn', detail: 'name a day to come' });
  if (body.startsOn !== undefined && body.startsOn < londonDay(nowMs))
    errors.push({ pointer: '/startsOn', detail: 'name today or a day to come' });
  if (body.startsOn !== undefined && body.startsOn >= reviewDueOn)
    errors.push({ pointer: '/startsOn', detail: 'the first day lies before the review' });
  if (body.authority.date > londonDay(nowMs)) {
    errors.push({ pointer: '/authority/date', detail: 'the authority is dated in the future' });
  }
  if (errors.length > 0) throw new AdminProblem('invalid-request', undefined, errors);
  return appoint(deps, change, { ...body, reviewDueOn }, nowMs, reach);
}
