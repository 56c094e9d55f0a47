const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'Europe/London' });
const MOMENT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'Europe/London',
});

/** A date or instant as a day in London; a dash for none. */
export const day = (value: string | null): string => (value === null ? '–' : DAY.format(new Date(value)));

/** An instant in London, to the second; a dash for none. */
export const moment = (value: string | null): string =>
  value === null ? '–' : MOMENT.format(new Date(value));
