/**
 * A senior responsible owner as a run-time gate: application-restricted access runs only while one is in force
 * (docs/reference/protocol-facts.md §9.1). An appointment is in force once accepted, not withdrawn, and up to the
 * end (Europe/London) of the day its review is due plus the grace that governance set.
 */
import type { SroAppointment } from '../registry/registry.js';
import { addDays, daysBetween, endOfLondonDayMs, londonDay } from './london-day.js';

/** The last day, inclusive, on which an accepted appointment opens the gate. */
export function lastDayInForce(appointment: SroAppointment): string {
  return addDays(appointment.reviewDueOn, appointment.graceDays);
}

export function isInForce(appointment: SroAppointment, environment: string, nowMs: number): boolean {
  const { acceptedAtMs, environments, startsOn } = appointment;
  if (!environments.includes(environment)) return false;
  if (acceptedAtMs === null || acceptedAtMs > nowMs || isWithdrawn(appointment, nowMs)) return false;
  const today = londonDay(nowMs);
  return (startsOn === null || startsOn <= today) && today <= lastDayInForce(appointment);
}

/** When it next comes into force or stops being so by itself, epoch ms; null: never. */
export function nextChangeMs(appointment: SroAppointment, nowMs: number): number | null {
  const { acceptedAtMs, withdrawnAtMs, startsOn } = appointment;
  if (acceptedAtMs === null || isWithdrawn(appointment, nowMs)) return null;
  const moments = [
    ...[acceptedAtMs, withdrawnAtMs ?? 0],
    startsOn === null ? 0 : endOfLondonDayMs(addDays(startsOn, -1)),
    endOfLondonDayMs(lastDayInForce(appointment)),
  ].filter((ms) => ms > nowMs);
  return moments.length === 0 ? null : Math.min(...moments);
}

function isWithdrawn({ withdrawnAtMs }: SroAppointment, nowMs: number): boolean {
  return withdrawnAtMs !== null && withdrawnAtMs <= nowMs;
}

/** Days before the review is due at which it is announced, more urgently each time. */
export const REVIEW_NOTICE_DAYS = [60, 30, 7] as const;

export const SRO_STATES = [
  'proposed',
  'accepted',
  'in force',
  'review due',
  'overdue',
  'lapsed',
  'withdrawn',
] as const;
export type SroState = (typeof SRO_STATES)[number];

/**
 * What people call the state of an appointment. `accepted`: its first day is to come. `review due`: within 60 days.
 * `overdue`: the day has passed and grace still keeps it in force. `lapsed`: the gate is closed.
 */
export function sroState(appointment: SroAppointment, nowMs: number): SroState {
  const today = londonDay(nowMs);
  if (isWithdrawn(appointment, nowMs)) return 'withdrawn';
  if (appointment.acceptedAtMs === null || appointment.acceptedAtMs > nowMs) return 'proposed';
  if (today > lastDayInForce(appointment)) return 'lapsed';
  if (appointment.startsOn !== null && appointment.startsOn > today) return 'accepted';
  if (today > appointment.reviewDueOn) return 'overdue';
  return reviewNotice(appointment, nowMs) === null ? 'in force' : 'review due';
}

/** The notice that has been reached (60, 30 or 7 days before the review), or null before the first. */
export function reviewNotice({ reviewDueOn }: SroAppointment, nowMs: number): number | null {
  const left = daysBetween(londonDay(nowMs), reviewDueOn);
  return REVIEW_NOTICE_DAYS.findLast((days) => left <= days) ?? null;
}
