/** Following the trail as it is written. */
import type pg from 'pg';
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

export interface FollowedRow extends AuditRow {
  /** The first record of its attempt, which says what was requested; the same, if it is that one. */
  readonly first: AuditRow['record'];
}

export interface FollowPage {
  /** In each chain's order of writing. */
  readonly rows: readonly FollowedRow[];
  /** For the next poll. */
  readonly cursor: string;
}

/**
 * The rows written since the last poll. The first call has no cursor and returns nothing but one. It follows the order
 * of the chains, so that it misses no row, however late the commit.
 * @throws InvalidCursor
 */
export async function followAudit(
  reader: AuditReader,
  filter: AuditFilter,
  cursor: string | undefined,
  limit = 500,
): Promise<FollowPage> {
  if (cursor === undefined) return { rows: [], cursor: await cursorNow(reader.database) };
  const since = decodeFollowCursor(cursor);
  const writers = await reader.database.query<{ writer: string; seq: string }>(
    'SELECT writer, seq FROM audit.writer WHERE writer = ANY($1::uuid[]) OR started_at >= ' + epochMs('$2'),
    [Object.keys(since.heads), since.fromMs],
  );
  const heads = { ...since.heads };
  const rows: FollowedRow[] = [];
  for (const { writer, seq } of writers.rows) {
    const fromSeq = heads[writer] ?? 0;
    const toSeq = Math.min(Number(seq), fromSeq + limit);
    heads[writer] = toSeq;
    if (toSeq > fromSeq) rows.push(...(await rowsBetween(reader, filter, writer, fromSeq, toSeq)));
  }
  return { rows, cursor: encode({ fromMs: since.fromMs, heads }) };
}

async function rowsBetween(
  reader: AuditReader,
  filter: AuditFilter,
  writer: string,
  fromSeq: number,
  toSeq: number,
): Promise<readonly FollowedRow[]> {
  const where = await conditions(reader, filter);
  where.add((at) => `r.writer = ${at(writer)}::uuid AND r.seq > ${at(fromSeq)} AND r.seq <= ${at(toSeq)}`);
  const result = await reader.database.query<EventRow & { readonly first: AuditRow['record'] }>(
    `SELECT ${columnsOf('r')}, e.record AS first FROM audit.event r
       JOIN audit.event e ON e.attempt_id = r.attempt_id AND e.started_at = r.started_at
      WHERE e.kind IN ('INTENT', 'DENIED', 'SYSTEM')${where.sql()} ORDER BY r.seq`,
    where.parameters,
  );
  return result.rows.map((row) => ({ ...toRow(row), first: row.first }));
}

async function cursorNow(database: pg.Pool): Promise<string> {
  const writers = await database.query<{ writer: string; seq: string }>(
    `SELECT writer, seq FROM audit.writer
      WHERE state IN ('live', 'sweeping') OR started_at > now() - interval '10 minutes'`,
  );
  const heads = Object.fromEntries(writers.rows.map(({ writer, seq }) => [writer, Number(seq)]));
  const now = await database.query<{ ms: string }>(
    `SELECT (extract(epoch FROM now() - interval '1 minute') * 1000)::bigint AS ms`,
  );
  return encode({ fromMs: Number(now.rows[0]?.ms), heads });
}

function decodeFollowCursor(cursor: string): {
  readonly fromMs: number;
  readonly heads: Readonly<Record<string, number>>;
} {
  const value = decode(cursor);
  if (typeof value !== 'object' || value === null || !('fromMs' in value) || !('heads' in value)) {
    throw new InvalidCursor();
  }
  const { fromMs, heads } = value;
  if (!isCount(fromMs) || typeof heads !== 'object' || heads === null) throw new InvalidCursor();
  const entries = Object.entries(heads as Record<string, unknown>).map(([writer, seq]): [string, number] => {
    if (!isUuid(writer) || !isCount(seq)) throw new InvalidCursor();
    return [writer, seq];
  });
  return { fromMs, heads: Object.fromEntries(entries) };
}
