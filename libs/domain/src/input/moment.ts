/**
 * Moments as people write them: a calendar day, which is the whole day in Europe/London, or an RFC 3339 instant with
 * its zone. Nothing else is accepted, since 11/12/2026 is one day in London and another in Boston.
 */
import { addDays, endOfLondonDayMs } from '../governance/london-day.js';

const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const INSTANT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(?:Z|[+-]([0-9]{2}):([0-9]{2}))$/;

export const HOW_TO_WRITE_A_MOMENT =
  'write a day as 2026-03-02 or an instant with its zone as 2026-03-02T09:00:00Z';

/** Half-open, in epoch milliseconds: an instant begins and ends at once, a day ends when the next one begins. */
export interface Moment {
  readonly startMs: number;
  readonly endMs: number;
}

/** Null for what is neither a day nor an instant with a zone. */
export function readMoment(text: string): Moment | null {
  if (DAY.test(text)) {
    if (!isCalendarDay(text)) return null;
    return { startMs: endOfLondonDayMs(addDays(text, -1)), endMs: endOfLondonDayMs(text) };
  }
  const [, day, hour, minute, second = '0', zoneHour = '0', zoneMinute = '0'] = INSTANT.exec(text) ?? [];
  if (day === undefined || !isCalendarDay(day)) return null;
  const inRange = [hour, zoneHour].every((part) => Number(part) < 24);
  const minutesInRange = [minute, second, zoneMinute].every((part) => Number(part) < 60);
  if (!inRange || !minutesInRange) return null;
  const ms = Date.parse(text);
  return { startMs: ms, endMs: ms };
}

/** The span from one moment until another, both days included. Undefined where no moment was given. */
export function spanOf(
  from: string | undefined,
  until: string | undefined,
): { readonly fromMs: number | undefined; readonly untilMs: number | undefined } {
  return {
    fromMs: from === undefined ? undefined : readMoment(from)?.startMs,
    untilMs: until === undefined ? undefined : readMoment(until)?.endMs,
  };
}

function isCalendarDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) && at.getUTCFullYear() >= 1900;
}
