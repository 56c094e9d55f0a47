/**
 * Reading the trail for those with the scope `audit`. A search answers whole attempts: what is asked of the
 * request (organisation, client …) is looked for in the INTENT, DENIED or SYSTEM row, what became of it in the
 * OUTCOME. Each use is to be audited by the caller (AUDIT_SEARCH).
 */
import {
  columnsOf,
  conditions,
  decode,
  encode,
  epochMs,
  isCount,
  isUuid,
  toRow,
  type AuditFilter,
  type AuditReader,
  type AuditRow,
  type FoundRow,
} from './filter.js';

export interface AuditAttempt {
  readonly startedAtMs: number;
  readonly attemptId: string;
  /** The rows of the attempt, in the order INTENT, OUTCOME, END. */
  readonly rows: readonly AuditRow[];
}

export interface AuditPage {
  /** Newest first. */
  readonly attempts: readonly AuditAttempt[];
  /** For the next page; null when this is the last. */
  readonly next: string | null;
}

/** @throws RangeError for a cursor that isn't ours. */
export async function searchAudit(
  reader: AuditReader,
  filter: AuditFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<AuditPage> {
  const where = await conditions(reader, filter);
  if (page.cursor !== undefined) {
    const { startedAtMs, writer, seq } = decodeCursor(page.cursor);
    where.add(
      (at) =>
        `(e.started_at, e.writer, e.seq) < (${epochMs(at(startedAtMs))}, ${at(writer)}::uuid, ${at(seq)})`,
    );
  }
  const limit = where.parameter(page.limit + 1);
  const found = await reader.database.query<FoundRow>(
    `SELECT ${columnsOf('e')} FROM audit.event e
      WHERE e.kind IN ('INTENT', 'DENIED', 'SYSTEM')${where.sql()}
      ORDER BY e.started_at DESC, e.writer DESC, e.seq DESC LIMIT ${limit}`,
    where.parameters,
  );
  const bases = found.rows.slice(0, page.limit).map(toRow);
  const last = bases.at(-1);
  const later = await outcomesOf(reader, bases);
  return {
    attempts: bases.map((base) => ({
      startedAtMs: base.startedAtMs,
      attemptId: base.attemptId,
      rows: [
        base,
        ...later.filter((row) => row.attemptId === base.attemptId && row.startedAtMs === base.startedAtMs),
      ],
    })),
    next: found.rows.length > page.limit && last !== undefined ? encodeCursor(last) : null,
  };
}

async function outcomesOf(reader: AuditReader, bases: readonly AuditRow[]): Promise<readonly AuditRow[]> {
  const intents = bases.filter((row) => row.kind === 'INTENT');
  if (intents.length === 0) return [];
  const found = await reader.database.query<FoundRow>(
    `SELECT ${columnsOf('o')} FROM unnest($1::uuid[], $2::bigint[]) AS a (attempt_id, ms)
       JOIN audit.event o ON o.attempt_id = a.attempt_id AND o.started_at = ${epochMs('a.ms')}
      WHERE o.kind IN ('OUTCOME', 'END') ORDER BY o.kind DESC`,
    [intents.map((row) => row.attemptId), intents.map((row) => row.startedAtMs)],
  );
  return found.rows.map(toRow);
}

function encodeCursor({ startedAtMs, writer, seq }: AuditRow): string {
  return encode([startedAtMs, writer, seq]);
}

function decodeCursor(cursor: string): Pick<AuditRow, 'startedAtMs' | 'writer' | 'seq'> {
  const parts = decode(cursor);
  if (!Array.isArray(parts)) throw new RangeError('not a cursor of this search');
  const [startedAtMs, writer, seq] = parts as unknown[];
  if (!isCount(startedAtMs) || !isUuid(writer) || !isCount(seq))
    throw new RangeError('not a cursor of this search');
  return { startedAtMs, writer, seq };
}
