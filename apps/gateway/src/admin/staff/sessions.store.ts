import type { Database } from '@gatehouse/db/client';
import { endSession, IDLE_MS } from '../../adapters/people/staff-sessions.js';
import { type Paging, pageOf } from '../http/paging.js';
import type { Acting } from '../http/principal.js';
import { notFound } from '../http/problem.js';

/** Sign-ins that are still good; of one person, or (`staffId` null) of everybody. */
export async function listSessions(
  db: Database,
  staffId: string | null,
  acting: Acting,
  { limit, after }: Paging,
  nowMs: number,
) {
  const rows = await db.staffSession.findMany({
    where: {
      endedAt: null,
      expiresAt: { gt: new Date(nowMs) },
      lastSeenAt: { gt: new Date(nowMs - IDLE_MS) },
      ...(staffId === null ? {} : { staffId }),
      ...(after === undefined ? {} : { id: { gt: after } }),
    },
    include: { staff: true },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    ({ id }) => id,
    (row) => ({
      id: row.id,
      personId: row.staffId,
      person: row.staff.name,
      signedInAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      endsAt: new Date(Math.min(row.lastSeenAt.getTime() + IDLE_MS, row.expiresAt.getTime())).toISOString(),
      address: row.address,
      browser: row.userAgent,
      current: row.id === acting.sessionId,
    }),
  );
}

/**
 * Ends a sign-in of this person, or (`staffId` null) of anybody.
 * @throws AdminProblem not-found
 */
export async function revokeSession(
  db: Database,
  id: string,
  staffId: string | null,
  by: string,
  nowMs: number,
): Promise<void> {
  const row = await db.staffSession.findUnique({ where: { id } });
  if (row === null || (staffId !== null && row.staffId !== staffId)) throw notFound(`sign-in ${id}`);
  await endSession(db, id, by, nowMs);
}
