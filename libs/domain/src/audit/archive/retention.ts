/**
 * How long records of the audit trail stay in the database, and how long they are kept at all (docs/audit.md,
 * "Retention"). Both periods are in whole months, and begin with the end of the month in which an attempt began.
 */
import { spanOfMonth } from './archive-month.js';

export const RETENTION_MONTHS = { least: 1, most: 1200 } as const;

export interface RetentionPeriods {
  /** How long a month stays in the database; null: always. */
  readonly keepOnline: number | null;
  /** After how long records may be destroyed; null: never. */
  readonly retention: number | null;
}

/** Why two periods can't go together, for people; null: they can. */
export function faultOfPeriods({ keepOnline, retention }: RetentionPeriods): string | null {
  if (retention === null || (keepOnline !== null && keepOnline <= retention)) return null;
  return 'records cannot be destroyed while they are kept in the database: set a retention of at least the months in the database';
}

/** Why an organisation can't have a retention of its own, for people; null: it can. It is never a shorter one. */
export function faultOfOwnRetention(own: number | null, deployment: number | null): string | null {
  if (own === null) return null;
  if (deployment === null)
    return 'Nothing of the audit trail is ever destroyed here, so an organisation cannot have a retention of its own.';
  if (own >= deployment) return null;
  return `The audit trail is kept for ${monthsInWords(deployment)}. An organisation may keep its records longer, never shorter.`;
}

/** `1 month`, `96 months`. */
export const monthsInWords = (months: number): string => `${months} month${months === 1 ? '' : 's'}`;

/** When a period ends that begins with the end of the month; null: never. */
export function endOfPeriodMs(month: string, months: number | null): number | null {
  if (months === null) return null;
  const end = new Date(spanOfMonth(month).toMs);
  return Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + months);
}
