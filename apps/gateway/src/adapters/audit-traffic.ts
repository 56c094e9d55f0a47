import type pg from 'pg';

/** How many requests went out under each binding since then. Read by organisation, which the trail is indexed by. */
export async function requestsByBinding(
  database: pg.Pool,
  bindings: readonly { readonly id: string; readonly odsCode: string }[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (bindings.length === 0) return new Map();
  const { rows } = await database.query<{ binding: string; requests: number }>(
    `SELECT binding_id AS binding, count(*)::int AS requests FROM audit.event
      WHERE ods_code = ANY ($1) AND started_at >= to_timestamp($2::float8 / 1000)
        AND kind = 'INTENT' AND binding_id = ANY ($3) GROUP BY 1`,
    [[...new Set(bindings.map(({ odsCode }) => odsCode))], sinceMs, bindings.map(({ id }) => id)],
  );
  return new Map(rows.map(({ binding, requests }) => [binding, requests]));
}
