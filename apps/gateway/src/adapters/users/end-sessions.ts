import type { Queries } from '@gatehouse/db/client';

/**
 * Ends user sessions for good, by the one function of the database that does: their tokens and the names of their users
 * are erased; who ended them, when and why is kept.
 * @returns the ids of those that had not ended before
 */
export async function endSessions(
  db: Pick<Queries, '$queryRaw'>,
  ids: readonly string[],
  { by, reason, nowMs }: { readonly by: string; readonly reason: string; readonly nowMs: number },
): Promise<string[]> {
  const ended = await db.$queryRaw<{ id: string }[]>`
    SELECT ended::text AS id
      FROM end_user_sessions(${[...ids]}::uuid[], ${by}, ${reason}, ${new Date(nowMs)}::timestamptz) AS ended`;
  return ended.map(({ id }) => id);
}
