const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'Europe/London' });
const MOMENT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'Europe/London',
});

/** What a page shows where there is no value. */
export const NONE = '–';

/** A date or instant as a day in London. */
export const day = (value: string | null): string => (value === null ? NONE : DAY.format(new Date(value)));

/** An instant in London, to the second. */
export const moment = (value: string | null): string =>
  value === null ? NONE : MOMENT.format(new Date(value));
