/** When a month of the audit trail may leave the database (docs/audit.md, "Removing a month"; ADR 91). */
import { monthOf, spanOfMonth } from './archive-month.js';
import { endOfPeriodMs, monthsInWords } from './retention.js';

/** What the database says of a month. */
export interface RemovalFacts {
  /** How long months stay in the database, and how many people decided on it; null: nobody has. */
  readonly keepOnline: { readonly months: number | null; readonly people: number } | null;
  /** Whether its records are in tables of their own. */
  readonly hasPartition: boolean;
  readonly isArchived: boolean;
  /** Places that are configured and do not have its manifest. */
  readonly placesWithout: readonly string[];
  /** A record of the month that no archive has. */
  readonly unarchived: Record | null;
  /** A month that is not archived yet, whose archive will need records of this one. */
  readonly neededBy: string | null;
  /** A record of the month that no checkpoint covers. */
  readonly uncovered: Record | null;
  /** Collectors that have not taken each of its records. */
  readonly streamsBehind: readonly string[];
  /** When the oldest attempt began that has no OUTCOME, epoch ms; null: there is none. */
  readonly oldestOpenMs: number | null;
  /** A chain with records of the month whose process is gone, and which no worker has ended; null: there is none. */
  readonly unswept: string | null;
}

interface Record {
  readonly writer: string;
  readonly seq: number;
}

export interface Condition {
  readonly isMet: boolean;
  /** A sentence, for people. */
  readonly text: string;
}

export function conditionsOf(month: string, nowMs: number, facts: RemovalFacts): Condition[] {
  const { placesWithout, unarchived, neededBy, uncovered, streamsBehind, oldestOpenMs, unswept } = facts;
  const isOpen = oldestOpenMs !== null && oldestOpenMs < spanOfMonth(month).toMs;
  return [
    keepOnlineCondition(month, nowMs, facts.keepOnline),
    condition(facts.hasPartition, {
      met: 'Its records are in tables of their own.',
      unmet: 'Its records are not in tables of their own. A worker moves them there within an hour.',
    }),
    condition(facts.isArchived && unarchived === null, {
      met: 'An archive has each of its records.',
      unmet: facts.isArchived
        ? `Record ${nameOf(unarchived)} was written later and is not archived yet. A later month's archive will have it.`
        : 'It is not archived.',
    }),
    condition(neededBy === null, {
      met: 'No later archive will need its records.',
      unmet: `The archive of ${String(neededBy)} is not made yet, and will need its last records.`,
    }),
    condition(facts.isArchived && placesWithout.length === 0, {
      met: 'Every place has its archive.',
      unmet: facts.isArchived
        ? `Its archive is not in ${placesWithout.join(', ')}.`
        : 'No place has an archive of it.',
    }),
    condition(uncovered === null, {
      met: 'A checkpoint covers each of its records.',
      unmet: `No checkpoint covers record ${nameOf(uncovered)} yet.`,
    }),
    condition(streamsBehind.length === 0, {
      met: 'Every collector has taken its records.',
      unmet: `${streamsBehind.join(', ')} has not taken each of its records yet.`,
    }),
    condition(!isOpen, {
      met: 'Each attempt that began by its end has an OUTCOME.',
      unmet: `An attempt that began at ${new Date(oldestOpenMs ?? 0).toISOString()} has no OUTCOME yet.`,
    }),
    condition(unswept === null, {
      met: 'Every chain in it is written to or has ended.',
      unmet: `The process of chain ${String(unswept)} is gone, and no worker has ended the chain yet.`,
    }),
  ];
}

/** Whether the time of a month in the database is over, and two people set it. */
export function keepOnlineCondition(
  month: string,
  nowMs: number,
  keepOnline: RemovalFacts['keepOnline'],
): Condition {
  const months = keepOnline?.months ?? null;
  const overMs = endOfPeriodMs(month, months);
  if (keepOnline === null || months === null || overMs === null)
    return { isMet: false, text: 'Months stay in the database always: nobody has set how long.' };
  const period = `Months stay in the database for ${monthsInWords(months)}`;
  if (keepOnline.people < 2)
    return {
      isMet: false,
      text: `${period}, but one person alone has set that. A second one has to approve it.`,
    };
  const day = new Date(overMs).toISOString().slice(0, 10);
  return nowMs >= overMs
    ? { isMet: true, text: `${period}, which two people decided on. This one's time ended on ${day}.` }
    : { isMet: false, text: `${period}. This one's time ends on ${day}.` };
}

function condition(isMet: boolean, { met, unmet }: { readonly met: string; readonly unmet: string }) {
  return { isMet, text: isMet ? met : unmet };
}

const nameOf = (record: Record | null): string =>
  record === null ? '' : `${String(record.seq)} of chain ${record.writer}`;

/** A stretch of a chain that left the database with a month. Hashes are in hex. */
export interface RemovedRange {
  readonly writer: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Of the record before the first one, and of the last one. */
  readonly prevHash: string;
  readonly hash: string;
}

/** What the SHA-256 in the event of a removal covers: a line for each stretch, by chain and number. */
export function rangeLines(ranges: readonly RemovedRange[]): string {
  return ranges
    .toSorted((a, b) => (a.writer === b.writer ? a.fromSeq - b.fromSeq : a.writer < b.writer ? -1 : 1))
    .map(
      ({ writer, fromSeq, toSeq, prevHash, hash }) => `${writer} ${fromSeq} ${toSeq} ${prevHash} ${hash}\n`,
    )
    .join('');
}

/** The partitions of a month: `event_202611` and `subject_202611`. */
export function partitionsOf(month: string): { readonly event: string; readonly subject: string } {
  const digits = monthOf(spanOfMonth(month).fromMs).replace('-', '');
  return { event: `event_${digits}`, subject: `subject_${digits}` };
}
