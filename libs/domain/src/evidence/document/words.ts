/** Words and times of the evidence pack’s document: plain English, times in London. */
import type { Decided } from '../registry-rows.js';

const DAY = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'long', year: 'numeric' },
  timeZone: 'Europe/London',
});
const TIME = new Intl.DateTimeFormat('en-GB', {
  ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  timeZone: 'Europe/London',
});
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** What stands where there is no value. */
export const NONE = '–';

/** `28 November 2026`, of a day or an instant; a dash if there is none. */
export const dayInWords = (value: string | null): string =>
  value === null || value === '' ? NONE : DAY.format(Date.parse(value));

/** `28 November 2026, 12:03`, Europe/London; a dash if there is none. */
export const timeInWords = (instant: string | null): string =>
  instant === null || instant === '' ? NONE : `${dayInWords(instant)}, ${TIME.format(Date.parse(instant))}`;

/** `November 2026`, of `2026-11`. */
export const monthInWords = (month: string): string => MONTH.format(Date.parse(`${month}-01T00:00:00Z`));

export const orNone = (text: string | null): string => (text === null || text === '' ? NONE : text);

export const listInWords = (items: readonly string[]): string =>
  items.length === 0 ? NONE : items.join(', ');

/** `18,000`, `1 request`, `2 requests`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`;

/** When, by whom and why; a dash if it has not happened. */
export function decidedInWords(decided: Decided | null): string {
  if (decided === null) return NONE;
  const { at, by, reason } = decided;
  return [`${timeInWords(at)}, by ${by}.`, ...(reason === null ? [] : [`Reason: ${sentence(reason)}`])].join(
    ' ',
  );
}

/** A text that people wrote, with a stop at its end. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const TABLES: Readonly<Record<string, string>> = {
  environment: 'Environment',
  organisation: 'Organisation',
  application: 'Application',
  binding: 'Organisation of an application',
  application_message_set: 'Message set of an application',
  message_set: 'Message set',
  signing_key: 'Signing key',
  sro_appointment: 'SRO appointment',
  write_exception: 'Write exception',
  assurance_floor: 'Lowest assurance level',
  trail_retention: 'Retention of the audit trail',
  rotation_policy: 'Rotation policy',
  client_grant: 'Grant of a client',
};

export const tableInWords = (table: string): string => TABLES[table] ?? table.replaceAll('_', ' ');

const TIMESTAMP = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/;

/** A value of a field, as a reader sees it. */
export function valueInWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(String).join(', ');
  if (typeof value === 'string') return TIMESTAMP.test(value) ? timeInWords(value) : value;
  return JSON.stringify(value);
}
