import type { Database } from '@gatehouse/db/client';
import { ACTIVITY_WRITTEN_EVERY_MS, type SessionLimits } from '@gatehouse/domain/users/session-life';
import { endSessions } from './end-sessions.js';

/** In one statement, so that a long standstill is caught up in steps. */
const MOST_AT_ONCE = 500;

/**
 * Ends sessions that nobody used in time, or that are as old as they may be, so that their tokens and names are erased.
 * Such a session is refused from that moment on, whether or not it has been ended here.
 */
export async function endOverdueSessions(
  db: Pick<Database, 'userSession' | '$queryRaw'>,
  limits: SessionLimits,
  nowMs: number,
): Promise<void> {
  const oldest = new Date(nowMs - limits.totalMs);
  const idle = new Date(nowMs - limits.idleMs - ACTIVITY_WRITTEN_EVERY_MS);
  const overdue = [
    { reason: 'expired', where: { authenticatedAt: { lte: oldest } } },
    { reason: 'idle', where: { lastActiveAt: { lte: idle } } },
  ] as const;
  for (const { reason, where } of overdue) {
    const rows = await db.userSession.findMany({
      where: { ...where, endedAt: null },
      take: MOST_AT_ONCE,
      select: { id: true },
    });
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) await endSessions(db, ids, { by: 'Gatehouse', reason }, nowMs);
  }
}
