import { addDays, londonDay } from '@gatehouse/domain/governance/sro';

/** The first moment after a calendar day in London, which is an hour earlier by UTC in summer. */
export function endOfLondonDayMs(day: string): number {
  const next = addDays(day, 1);
  const utcMidnight = Date.parse(`${next}T00:00:00Z`);
  const hourBefore = utcMidnight - 3_600_000;
  return londonDay(hourBefore) === next ? hourBefore : utcMidnight;
}
