/** What a page shows where there is no value. */
export const NONE = '–';

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/London' });

/** A date or instant as a day in London, “28 November 2026”: in sentences, dialogs and on the page of a record. */
export const day = (value: string | null): string => (value === null ? NONE : DAY.format(new Date(value)));

/**
 * An instant in London, “28 November 2026, 12:03”: in sentences, dialogs and on the page of a record. `Moment` also says
 * the exact time, on hover.
 */
export const moment = (value: string | null): string =>
  value === null ? NONE : `${day(value)}, ${clockTime(value)}`;

const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'Europe/London' });

/** A date or instant as a day in London, “28 Nov 2026”: in tables and charts, where there is little room. */
export const shortDay = (value: string | null): string =>
  value === null ? NONE : SHORT_DAY.format(new Date(value));

/** An instant in London, “28 Nov 2026, 12:03:04”: in tables and charts, where there is little room. */
export const shortMoment = (value: string | null): string =>
  value === null ? NONE : `${shortDay(value)}, ${secondOf(value)}`;

const EXACT = new Intl.DateTimeFormat('en-GB', {
  ...{
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  },
  ...{ fractionalSecondDigits: 3, timeZoneName: 'short', timeZone: 'Europe/London' },
});

/**
 * An instant in London to the millisecond, with the zone, “28 Nov 2026, 12:03:04.123 GMT”: for requests and events of the
 * audit trail, and on hover.
 */
export const exactMoment = (value: string): string => EXACT.format(new Date(value));

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/London' });

/** The time of day of an instant in London, to the minute. */
export const clockTime = (value: string): string => CLOCK.format(new Date(value));

const SECOND = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'Europe/London' });

/** The time of day of an instant in London, to the second. */
export const secondOf = (value: string): string => SECOND.format(new Date(value));

const AGE = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** “3 hours ago”, in the largest unit that fits; less than a minute is “just now”. */
export function age(instant: string, nowMs: number): string {
  const elapsedMs = nowMs - Date.parse(instant);
  const unit = UNITS.find(([, ms]) => elapsedMs >= ms);
  return unit === undefined ? 'just now' : AGE.format(-Math.floor(elapsedMs / unit[1]), unit[0]);
}

const DATE = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: 'Europe/London' });

/** The day of an instant in London, as `2026-03-02`. */
export const londonDate = (ms: number): string => DATE.format(ms);

const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** “41 ms”, and from a second on “1.2 s”. */
export const duration = (ms: number): string =>
  ms < 1_000 ? `${WHOLE.format(ms)} ms` : `${TENTHS.format(ms / 1_000)} s`;

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2026-11` as “November 2026”. */
export const monthName = (month: string): string => MONTH.format(new Date(`${month}-01`));
