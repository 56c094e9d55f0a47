/**
 * Calendar days in London, written `YYYY-MM-DD`. A review falls due, an exception ends and a worklist allowance
 * starts again at midnight there, which in summer is an hour before midnight by UTC.
 */
const LONDON_DAY = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let formatted = { minute: NaN, day: '' };

/** The calendar day in London. Days begin on a minute, so each minute is formatted once. */
export function londonDay(epochMs: number): string {
  const minute = Math.floor(epochMs / 60_000);
  if (minute !== formatted.minute) formatted = { minute, day: LONDON_DAY.format(epochMs) };
  return formatted.day;
}

/** The first moment after a calendar day in London, in epoch milliseconds. */
export function endOfLondonDayMs(day: string): number {
  const next = addDays(day, 1);
  const utcMidnight = Date.parse(`${next}T00:00:00Z`);
  const hourBefore = utcMidnight - HOUR_MS;
  return londonDay(hourBefore) === next ? hourBefore : utcMidnight;
}

/** Seconds until the next calendar day begins in London, rounded up. */
export function secondsLeftInLondonDay(epochMs: number): number {
  return Math.ceil((endOfLondonDayMs(londonDay(epochMs)) - epochMs) / 1000);
}

/** The calendar day of a `DATE` column, which the database client returns as midnight by UTC. */
export function dayOfDateColumn(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The day that many days later; earlier if negative. */
export function addDays(day: string, days: number): string {
  return dayOfDateColumn(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS));
}

/** Whole days from one calendar day to another; negative if the other is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
