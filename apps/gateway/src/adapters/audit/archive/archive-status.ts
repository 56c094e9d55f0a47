/** Which months of the trail are archived and where, and which one is next (ADR 87). */
import { dueAtMs } from '@gatehouse/domain/audit/archive/archive-month';
import type pg from 'pg';
import { openArchiveSource } from './archive-source.js';
import { type ArchivedMonth, manifestOf } from './archive.store.js';
import { millisecondsOf } from '../read/filter.js';

type Queries = Pick<pg.Pool, 'query'>;

export interface ArchiveStatus {
  /** The newest first. */
  readonly months: readonly StoredMonth[];
  /** The oldest month that is not archived; null: nothing began after those that are. */
  readonly next: { readonly month: string; readonly dueAtMs: number } | null;
  /** Since when each attempt to archive has failed, and why; null: the last one did not. */
  readonly failing: { readonly sinceMs: number; readonly cause: string } | null;
}

interface StoredMonth extends ArchivedMonth {
  readonly checkpoint: number;
  /** Those that have its manifest, which is stored last. */
  readonly places: readonly string[];
  /** When its records left the database; null: they are there. */
  readonly removedAtMs: number | null;
}

export async function readArchiveStatus(database: Queries): Promise<ArchiveStatus> {
  const [months, failing] = await Promise.all([readMonths(database), readFailing(database)]);
  const next = await openArchiveSource(database).nextMonth(months[0]?.month ?? null);
  return { months, failing, next: next === null ? null : { month: next, dueAtMs: dueAtMs(next) } };
}

async function readMonths(database: Queries): Promise<StoredMonth[]> {
  const { rows } = await database.query<MonthRow>(MONTHS);
  return rows.map(({ archivedAtMs, removedAtMs, records, bytes, checkpoint, ...row }) => ({
    ...{ ...row, archivedAtMs: Number(archivedAtMs), checkpoint: Number(checkpoint) },
    ...{ records: Number(records), bytes: Number(bytes) },
    removedAtMs: removedAtMs === null ? null : Number(removedAtMs),
  }));
}

async function readFailing(database: Queries): Promise<ArchiveStatus['failing']> {
  const { rows } = await database.query<{ sinceMs: string; cause: string }>(FAILING);
  return rows[0] === undefined ? null : { sinceMs: Number(rows[0].sinceMs), cause: rows[0].cause };
}

interface MonthRow extends Pick<StoredMonth, 'month' | 'objects' | 'manifest' | 'places'> {
  readonly archivedAtMs: string;
  readonly removedAtMs: string | null;
  readonly records: string;
  readonly bytes: string;
  readonly checkpoint: string;
}

const MONTHS = `
SELECT a.month, ${millisecondsOf('a.archived_at')} AS "archivedAtMs", a.records, a.objects, a.bytes,
       encode(a.manifest, 'hex') AS manifest, p.checkpoint,
       (SELECT ${millisecondsOf('min(r.removed_at)')} FROM audit.removal r WHERE r.month = a.month) AS "removedAtMs",
       ARRAY(SELECT place FROM audit.archive_copy c
              WHERE c.month = a.month AND c.file = ${manifestOf('a.month')} ORDER BY place) AS places
  FROM audit.archive a JOIN audit.archive_plan p USING (month) ORDER BY a.month DESC`;

const FAILING = `
SELECT ${millisecondsOf('failing_since')} AS "sinceMs", cause FROM audit_search.archive_run
 WHERE failing_since IS NOT NULL`;
