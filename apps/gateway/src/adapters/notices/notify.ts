import { randomUUID } from 'node:crypto';
import type { Queries } from '@gatehouse/db/client';
import { keptNotice, type Notice } from '@gatehouse/domain/notices/notice';

/**
 * Writes a notice, which a job sends afterwards. Call it in the transaction of the cause: a cause that is rolled back is
 * then never announced, and one that is committed always is.
 * @returns false if a notice with this `onceKey` exists already
 */
export async function notify(
  transaction: Pick<Queries, 'notice'>,
  notice: Notice,
  nowMs: number,
): Promise<boolean> {
  const { odsCodes, roles = [], ...kept } = keptNotice(notice);
  const { count } = await transaction.notice.createMany({
    data: [
      { ...kept, id: randomUUID(), odsCodes: [...odsCodes], roles: [...roles], createdAt: new Date(nowMs) },
    ],
    skipDuplicates: true,
  });
  return count === 1;
}
