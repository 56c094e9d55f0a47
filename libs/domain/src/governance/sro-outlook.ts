/** Until when an organisation's gate will stay open if nothing changes, so that its closing surprises nobody. */
import type { SroAppointment } from '../registry/registry.js';
import { addDays, londonDay } from './london-day.js';
import { isInForce, lastDayInForce, sroState } from './sro.js';

/** `deputy`: kept open by a deputy alone. `grace`: still open, with every review overdue. */
export type Gate = 'open' | 'deputy' | 'grace' | 'closed';

export interface Outlook {
  readonly gate: Gate;
  /** The last day, inclusive, Europe/London; null where it is closed. */
  readonly openUntil: string | null;
}

export type Appointed = SroAppointment & { readonly deputy: boolean };

/** Appointments that follow one another without a gap, each accepted already, count as one stretch. */
export function outlook(appointments: readonly Appointed[], environment: string, nowMs: number): Outlook {
  const current = appointments.filter((each) => isInForce(each, environment, nowMs));
  if (current.length === 0) return { gate: 'closed', openUntil: null };
  const accepted = appointments.filter(
    (each) => each.environments.includes(environment) && isAccepted(each, nowMs),
  );
  const today = londonDay(nowMs);
  let openUntil = today;
  for (const each of accepted.toSorted((one, other) => firstDay(one).localeCompare(firstDay(other)))) {
    if (firstDay(each) > addDays(openUntil, 1)) break;
    const last = lastDay(each);
    if (last > openUntil) openUntil = last;
  }
  return { gate: gateOf(current, nowMs), openUntil };
}

function gateOf(current: readonly Appointed[], nowMs: number): Gate {
  if (current.every((each) => sroState(each, nowMs) === 'overdue')) return 'grace';
  return current.every(({ deputy }) => deputy) ? 'deputy' : 'open';
}

function isAccepted({ acceptedAtMs, withdrawnAtMs }: SroAppointment, nowMs: number): boolean {
  return acceptedAtMs !== null && acceptedAtMs <= nowMs && (withdrawnAtMs === null || withdrawnAtMs > nowMs);
}

const firstDay = ({ startsOn }: SroAppointment): string => startsOn ?? '';

/** The day on which a withdrawal takes effect no longer counts. */
function lastDay(appointment: SroAppointment): string {
  const last = lastDayInForce(appointment);
  if (appointment.withdrawnAtMs === null) return last;
  const before = addDays(londonDay(appointment.withdrawnAtMs), -1);
  return before < last ? before : last;
}
