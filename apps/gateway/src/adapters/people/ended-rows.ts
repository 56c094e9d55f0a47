/** Removes rows that have ended and that nothing reads any more. Who signed in, and when, stays in the audit trail. */
import type { Database } from '@gatehouse/db/client';
import { FINISH_MS } from './pending-sign-ins.js';

const DAY_MS = 86_400_000;
/** Long enough for somebody to ask about a sign-in that they don't recognise. */
const SESSIONS_KEPT_MS = 90 * DAY_MS;
/** A key seals for one day and opens what it sealed for another. */
const KEYS_KEPT_MS = 3 * DAY_MS;
const TOKENS_KEPT_MS = DAY_MS;
const JOBS_KEPT_MS = 30 * DAY_MS;
/** With their deliveries. While a notice is kept, its key stops the same one being announced again. */
const NOTICES_KEPT_MS = 400 * DAY_MS;
/** The row of a process that ended without removing it. */
const REPLICAS_KEPT_MS = 3_600_000;
/** A worklist is counted by day in London, and “Today” shows the day alone. */
const WORKLIST_USES_KEPT_MS = 3 * DAY_MS;
/** The most rows that one statement removes, so that none holds locks for long. */
const MOST_AT_ONCE = 1_000;

type Rows = Pick<
  Database,
  | 'staffSession'
  | 'signInSpent'
  | 'signInKey'
  | 'userLogoutToken'
  | 'userTokenOwner'
  | 'backgroundJob'
  | 'notice'
  | 'noticeWebhook'
  | 'replica'
  | 'worklistUse'
  | '$queryRaw'
>;

/** Removes one slice of each kind. @returns how many rows of each kind it removed */
export async function removeEndedRows(db: Rows, nowMs: number): Promise<Readonly<Record<string, number>>> {
  const before = (keptMs: number): Date => new Date(nowMs - keptMs);
  const limit = MOST_AT_ONCE;
  const count = async (removed: Promise<{ readonly count: number }>): Promise<number> =>
    (await removed).count;
  return {
    staffSessions: await removeStaffSessions(db, before(SESSIONS_KEPT_MS)),
    spentSignIns: await count(
      db.signInSpent.deleteMany({ where: { spentAt: { lt: before(2 * FINISH_MS) } }, limit }),
    ),
    signInKeys: await count(
      db.signInKey.deleteMany({ where: { createdAt: { lt: before(KEYS_KEPT_MS) } }, limit }),
    ),
    logoutTokens: await count(
      db.userLogoutToken.deleteMany({ where: { expiresAt: { lt: before(TOKENS_KEPT_MS) } }, limit }),
    ),
    tokenOwners: await count(
      db.userTokenOwner.deleteMany({ where: { expiresAt: { lt: before(TOKENS_KEPT_MS) } }, limit }),
    ),
    finishedJobs: await count(
      db.backgroundJob.deleteMany({ where: { state: 'done', endedAt: { lt: before(JOBS_KEPT_MS) } }, limit }),
    ),
    replicas: await count(
      db.replica.deleteMany({ where: { seenAt: { lt: before(REPLICAS_KEPT_MS) } }, limit }),
    ),
    worklistUses: await count(
      db.worklistUse.deleteMany({ where: { day: { lt: before(WORKLIST_USES_KEPT_MS) } }, limit }),
    ),
    notices: await count(
      db.notice.deleteMany({
        where: { addressedAt: { not: null }, createdAt: { lt: before(NOTICES_KEPT_MS) } },
        limit,
      }),
    ),
    formerSecrets: await count(
      db.noticeWebhook.updateMany({
        where: { formerSecretUntil: { lte: new Date(nowMs) } },
        data: { formerSecretSealed: null, formerSecretUntil: null },
        limit,
      }),
    ),
  };
}

/** The newest session of each person stays: it says when they last signed in, on which their tokens depend. */
async function removeStaffSessions(db: Pick<Rows, '$queryRaw'>, endedBefore: Date): Promise<number> {
  const rows = await db.$queryRaw<readonly unknown[]>`
    DELETE FROM staff_session WHERE id IN (
      SELECT id FROM staff_session AS old
      WHERE least(ended_at, expires_at) < ${endedBefore}
        AND EXISTS (SELECT FROM staff_session AS newer WHERE newer.staff_id = old.staff_id
                    AND (newer.created_at, newer.id) > (old.created_at, old.id))
      LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED
    ) RETURNING id`;
  return rows.length;
}
