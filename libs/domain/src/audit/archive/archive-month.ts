/**
 * Which month of the audit trail is archived next, and which records of each chain its archive has (docs/audit.md,
 * "Archive"). Months are those of UTC, as the partitions are.
 */
import type { ChainHead } from '../checkpoint.js';

/**
 * How long after its end a month is archived. Its attempts have their OUTCOME within minutes, unless a process died while
 * no worker was there, or the database was away; three days are enough for people to put that right, over a weekend too.
 */
const MARGIN_MS = 3 * 86_400_000;

/** `2026-11`, and the first milliseconds of it and of the month after it. */
interface MonthSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

export function spanOfMonth(month: string): MonthSpan {
  const [, year, number] = MONTH.exec(month) ?? [];
  if (year === undefined || number === undefined) throw new Error(`"${month}" is not a month`);
  return { fromMs: Date.UTC(Number(year), Number(number) - 1), toMs: Date.UTC(Number(year), Number(number)) };
}

/** The months of which a span has a part. @param span half-open; undefined: no limit */
export function monthsWithin(
  months: readonly string[],
  { fromMs, untilMs }: { readonly fromMs?: number | undefined; readonly untilMs?: number | undefined },
): string[] {
  return months.filter((month) => {
    const span = spanOfMonth(month);
    return span.toMs > (fromMs ?? -Infinity) && span.fromMs < (untilMs ?? Infinity);
  });
}

export const dueAtMs = (month: string): number => spanOfMonth(month).toMs + MARGIN_MS;

/** What the database says of a chain and a month. Numbers are 0 where there is no such record. */
export interface ChainFacts {
  readonly writer: string;
  /** Its last record that an earlier archive has. */
  readonly archivedTo: number;
  /** Its first and last record of attempts that began in the month. */
  readonly first: number;
  readonly last: number;
  /** Its last record beyond `archivedTo` of an attempt that began in the month or earlier. */
  readonly lastNew: number;
}

export interface Stretch {
  readonly writer: string;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * The records of a chain that the archive of the month has: those of every attempt that began in it, and with them all that
 * follow what is archived already. So each record is in an archive, one that came late in the archive of a later month,
 * and a few around the end of a month are in two. Null: the chain has none.
 */
export function stretchOf({ writer, archivedTo, first, last, lastNew }: ChainFacts): Stretch | null {
  const toSeq = Math.max(last, lastNew);
  if (toSeq === 0) return null;
  return { writer, fromSeq: Math.min(archivedTo + 1, first === 0 ? Infinity : first), toSeq };
}

/** What keeps a month from being archived, for people; null: nothing. */
export function obstacleOf(
  month: string,
  {
    nowMs,
    oldestOpenMs,
    chains,
    covered,
  }: {
    readonly nowMs: number;
    /** When the oldest attempt began that has no OUTCOME yet; null: there is none. */
    readonly oldestOpenMs: number | null;
    readonly chains: readonly Stretch[];
    /** The newest head of each chain that a checkpoint covers. */
    readonly covered: ReadonlyMap<string, ChainHead>;
  },
): string | null {
  if (nowMs < dueAtMs(month)) return 'the month has not been over for three days';
  if (oldestOpenMs !== null && oldestOpenMs < spanOfMonth(month).toMs)
    return `an attempt that began at ${new Date(oldestOpenMs).toISOString()} has no OUTCOME yet`;
  const uncovered = chains.find(({ writer, toSeq }) => (covered.get(writer)?.seq ?? 0) < toSeq);
  if (uncovered === undefined) return null;
  return `no checkpoint covers record ${String(uncovered.toSeq)} of chain ${uncovered.writer} yet`;
}
