/** The months whose records have left the database for the archive (ADR 91). */
import { monthsWithin } from '@gatehouse/domain/audit/archive/archive-month';
import type pg from 'pg';

/** @param span epoch ms, half-open; undefined: no limit @returns `2026-11`, oldest first */
export async function removedMonths(
  database: Pick<pg.Pool, 'query'>,
  span: { readonly fromMs?: number | undefined; readonly untilMs?: number | undefined } = {},
): Promise<string[]> {
  const { rows } = await database.query<{ month: string }>(
    'SELECT DISTINCT month FROM audit.removal ORDER BY month',
  );
  return monthsWithin(
    rows.map(({ month }) => month),
    span,
  );
}
