/**
 * Reads the trail for readers with the scope `audit`. A search returns whole attempts: what is known of the request
 * (organisation, client …) is matched with the INTENT, DENIED or SYSTEM row, and its result with the OUTCOME. The caller
 * must audit each use (AUDIT_SEARCH).
 */
import {
  columnsOf,
  conditions,
  decode,
  encode,
  epochMs,
  InvalidCursor,
  isCount,
  isUuid,
  toRow,
  type AuditFilter,
  type AuditReader,
  type AuditRow,
  type EventRow,
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
  /** For the next page; null if this is the last. */
  readonly next: string | null;
}

/** @throws InvalidCursor */
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
  const result = await reader.database.query<EventRow>(
    `SELECT ${columnsOf('e')} FROM audit.event e
      WHERE e.kind IN ('INTENT', 'DENIED', 'SYSTEM')${where.sql()}
      ORDER BY e.started_at DESC, e.writer DESC, e.seq DESC LIMIT ${limit}`,
    where.parameters,
  );
  const bases = result.rows.slice(0, page.limit).map(toRow);
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
    next: result.rows.length > page.limit && last !== undefined ? encodeCursor(last) : null,
  };
}

async function outcomesOf(reader: AuditReader, bases: readonly AuditRow[]): Promise<readonly AuditRow[]> {
  const intents = bases.filter((row) => row.kind === 'INTENT');
  if (intents.length === 0) return [];
  const result = await reader.database.query<EventRow>(
    `SELECT ${columnsOf('o')} FROM unnest($1::uuid[], $2::bigint[]) AS a (attempt_id, ms)
       JOIN audit.event o ON o.attempt_id = a.attempt_id AND o.started_at = ${epochMs('a.ms')}
      WHERE o.kind IN ('OUTCOME', 'END') ORDER BY o.kind DESC`,
    [intents.map((row) => row.attemptId), intents.map((row) => row.startedAtMs)],
  );
  return result.rows.map(toRow);
}

function encodeCursor({ startedAtMs, writer, seq }: AuditRow): string {
  return encode([startedAtMs, writer, seq]);
}

function decodeCursor(cursor: string): Pick<AuditRow, 'startedAtMs' | 'writer' | 'seq'> {
  const parts = decode(cursor);
  if (!Array.isArray(parts)) throw new InvalidCursor();
  const [startedAtMs, writer, seq] = parts as unknown[];
  if (!isCount(startedAtMs) || !isUuid(writer) || !isCount(seq)) throw new InvalidCursor();
  return { startedAtMs, writer, seq };
}
