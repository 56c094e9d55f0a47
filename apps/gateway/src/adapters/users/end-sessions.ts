import type { Queries } from '@gatehouse/db/client';

/** Who ends sessions and why, as the row and the audit trail keep it. */
export interface Ending {
  readonly by: string;
  readonly reason: string;
}

/**
 * Ends user sessions for good, by the one function of the database that does: their tokens and the names of their users
 * are erased; who ended them, when and why is kept. `EndRecords` writes it to the audit trail.
 * @returns the ids of those that had not ended before
 */
export async function endSessions(
  db: Pick<Queries, '$queryRaw'>,
  ids: readonly string[],
  { by, reason }: Ending,
  nowMs: number,
): Promise<string[]> {
  const ended = await db.$queryRaw<{ id: string }[]>`
    SELECT ended::text AS id
      FROM end_user_sessions(${[...ids]}::uuid[], ${by}, ${reason}, ${new Date(nowMs)}::timestamptz) AS ended`;
  return ended.map(({ id }) => id);
}
