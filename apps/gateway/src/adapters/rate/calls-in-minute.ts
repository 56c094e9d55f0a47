import type { Queries } from '@gatehouse/db/client';

/**
 * How many calls of an application were sent in this calendar minute, by the clock of the store.
 * @returns null while replicas divide the rate: then the store doesn't know
 */
export async function callsInMinute(
  db: Pick<Queries, '$queryRaw'>,
  applicationId: string,
): Promise<number | null> {
  const [row] = await db.$queryRaw<{ used: number; isDivided: boolean }[]>`
    SELECT coalesce((
        SELECT used FROM rate.slot
         WHERE key = ${applicationId} AND minute >= floor(extract(epoch FROM clock_timestamp()) / 60)
      ), 0) AS used,
      EXISTS (SELECT FROM rate.replica WHERE state IN ('divided', 'slow')) AS "isDivided"`;
  if (row === undefined) return null;
  return row.isDivided ? null : row.used;
}
