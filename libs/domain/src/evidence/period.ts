/** The period of an evidence pack: whole calendar days in London, over when the pack is made, at most a year. */
import { addDays, daysBetween, endOfLondonDayMs, londonDay } from '../governance/london-day.js';

export const LONGEST_PERIOD_DAYS = 366;

export interface EvidencePeriod {
  /** First and last day, `YYYY-MM-DD`, Europe/London. */
  readonly from: string;
  readonly until: string;
  /** Half-open, epoch ms. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface PeriodFault {
  readonly field: 'from' | 'until';
  readonly detail: string;
}

/**
 * A period that isn't over could still change, and two packs of the same period would differ.
 * @param from first day, `YYYY-MM-DD` @param until last day, which is included
 */
export function evidencePeriod(from: string, until: string, nowMs: number): EvidencePeriod | PeriodFault {
  const yesterday = addDays(londonDay(nowMs), -1);
  if (until < from) return { field: 'until', detail: 'the last day is before the first: swap them' };
  if (until > yesterday)
    return {
      field: 'until',
      detail: `the period must be over: the last day can be ${yesterday} (yesterday) at the latest`,
    };
  if (daysBetween(from, until) >= LONGEST_PERIOD_DAYS)
    return {
      field: 'from',
      detail: `a period has at most ${String(LONGEST_PERIOD_DAYS)} days: make a pack for each year`,
    };
  return { from, until, fromMs: endOfLondonDayMs(addDays(from, -1)), untilMs: endOfLondonDayMs(until) };
}

/** The days of a period with their bounds (epoch ms), in their order. */
export function daysOf({ from, until }: Pick<EvidencePeriod, 'from' | 'until'>): {
  readonly day: string;
  readonly fromMs: number;
  readonly untilMs: number;
}[] {
  return Array.from({ length: daysBetween(from, until) + 1 }, (_, index) => {
    const day = addDays(from, index);
    return { day, fromMs: endOfLondonDayMs(addDays(day, -1)), untilMs: endOfLondonDayMs(day) };
  });
}
