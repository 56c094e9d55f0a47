/**
 * A senior responsible owner as a run-time gate: application-restricted access runs only while one is in force
 * (integration process, stage 1.4, §1.11). An appointment is in force once accepted, not withdrawn, and up to the
 * end (Europe/London) of the day its review is due plus the grace that governance set.
 */
import type { SroAppointment } from './registry.js';

const LONDON_DAY = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

let formatted = { minute: NaN, day: '' };

/** The calendar day in London, `YYYY-MM-DD`. Days begin on a minute, so each minute is formatted once. */
export function londonDay(epochMs: number): string {
  const minute = Math.floor(epochMs / 60_000);
  if (minute !== formatted.minute) formatted = { minute, day: LONDON_DAY.format(epochMs) };
  return formatted.day;
}

/** Seconds until the next calendar day begins in London. */
export function secondsLeftInLondonDay(epochMs: number): number {
  const today = londonDay(epochMs);
  // A day in London has 23, 24 or 25 hours, and begins on a quarter of an hour.
  const quarterMs = 900_000;
  let at = Math.floor(epochMs / quarterMs) * quarterMs;
  while (londonDay(at) === today) at += quarterMs;
  return Math.ceil((at - epochMs) / 1000);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The last day, inclusive, on which an accepted appointment opens the gate. */
export function lastDayInForce(appointment: SroAppointment): string {
  return addDays(appointment.reviewDueOn, appointment.graceDays);
}

export function isInForce(appointment: SroAppointment, environment: string, nowMs: number): boolean {
  if (!appointment.environments.includes(environment)) return false;
  if (appointment.acceptedAtMs === null || appointment.acceptedAtMs > nowMs) return false;
  if (appointment.withdrawnAtMs !== null && appointment.withdrawnAtMs <= nowMs) return false;
  return londonDay(nowMs) <= lastDayInForce(appointment);
}
