import type pg from 'pg';

/** Epoch ms at which the first admin token that still works expires; null if there is none. */
export async function firstTokenExpiryMs(database: pg.Pool): Promise<number | null> {
  const { rows } = await database.query<{ first: Date | null }>(
    'SELECT min(expires_at) AS first FROM admin_token WHERE revoked_at IS NULL AND expires_at > now()',
  );
  return rows[0]?.first?.getTime() ?? null;
}
