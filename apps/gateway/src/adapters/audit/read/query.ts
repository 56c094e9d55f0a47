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
  SLOW,
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

/**
 * The rare slow attempts, found by their own index. A condition that follows FROM could let PostgreSQL read every
 * attempt, since it has no statistics of a duration; OFFSET 0 makes it look up one attempt after the other.
 */
const SLOW_ATTEMPTS = `audit.event o CROSS JOIN LATERAL (
    SELECT * FROM audit.event WHERE attempt_id = o.attempt_id AND started_at = o.started_at
       AND kind IN ('INTENT', 'DENIED') OFFSET 0) e`;

/** @throws InvalidCursor */
export async function searchAudit(
  reader: AuditReader,
  filter: AuditFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<AuditPage> {
  const { isSlow = false, ...others } = filter;
  const where = await conditions(reader, others);
  const startedAt = isSlow ? 'o.started_at' : 'e.started_at';
  if (isSlow) {
    const { fromMs, toMs } = filter;
    where.add(() => SLOW);
    if (fromMs !== undefined) where.add((at) => `o.started_at >= ${epochMs(at(fromMs))}`);
    if (toMs !== undefined) where.add((at) => `o.started_at < ${epochMs(at(toMs))}`);
  }
  if (page.cursor !== undefined) {
    const { startedAtMs, writer, seq } = decodeCursor(page.cursor);
    where.add(
      (at) =>
        `(${startedAt}, e.writer, e.seq) < (${epochMs(at(startedAtMs))}, ${at(writer)}::uuid, ${at(seq)})`,
    );
    if (isSlow) where.add((at) => `o.started_at <= ${epochMs(at(startedAtMs))}`);
  }
  const limit = where.parameter(page.limit + 1);
  const result = await reader.database.query<EventRow>(
    `SELECT ${columnsOf('e')} FROM ${isSlow ? SLOW_ATTEMPTS : 'audit.event e'}
      WHERE e.kind IN ('INTENT', 'DENIED', 'SYSTEM')${where.sql()}
      ORDER BY ${startedAt} DESC, e.writer DESC, e.seq DESC LIMIT ${limit}`,
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
