/**
 * Deliveries of notices. Each change of state is a compare-and-set: one worker claims an attempt, and what was sent for
 * certain is never sent again. What is not certain, because a worker died between sending and marking, is sent again under
 * the same id.
 */
import type { Database } from '@gatehouse/db/client';
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import { pauseAfter } from '@gatehouse/domain/notices/delivery';
import type { SendResult } from './send-result.js';

const MOST_AT_ONCE = 200;
/** After so long the worker that claimed an attempt is taken to have died. */
const CLAIM_MS = 60_000;
const CAUSE_LENGTH = 300;

type Rows = Pick<Database, 'noticeDelivery'>;

export type Delivery = Awaited<ReturnType<typeof dueDeliveries>>[number];

/** Those that wait and are due, and those whose worker died. The longest due come first. */
export function dueDeliveries(db: Rows, nowMs: number) {
  const now = new Date(nowMs);
  return db.noticeDelivery.findMany({
    where: {
      OR: [
        { state: 'waiting', dueAt: { lte: now } },
        { state: 'sending', claimedUntil: { lt: now } },
      ],
    },
    include: { notice: true, staff: true, webhook: true },
    orderBy: { dueAt: 'asc' },
    take: MOST_AT_ONCE,
  });
}

type Attempt = Pick<Delivery, 'id' | 'state' | 'attempts'>;

/** @returns whether this worker, and no other, may make the next attempt */
export async function claim(db: Rows, { id, state, attempts }: Attempt, nowMs: number): Promise<boolean> {
  const { count } = await db.noticeDelivery.updateMany({
    where: { id, state, attempts },
    data: { state: 'sending', attempts: attempts + 1, claimedUntil: new Date(nowMs + CLAIM_MS) },
  });
  return count === 1;
}

/** Records what came of the attempt that `claim` permitted. */
export async function mark(
  db: Rows,
  { id, attempts }: Pick<Attempt, 'id' | 'attempts'>,
  result: SendResult,
  nowMs: number,
): Promise<void> {
  const now = new Date(nowMs);
  if (result.state === 'sent') {
    // Even if another worker has claimed it meanwhile.
    const data = { state: 'sent', cause: null, claimedUntil: null, endedAt: now };
    await db.noticeDelivery.updateMany({ where: { id, state: { not: 'sent' } }, data });
    return;
  }
  const attempt = attempts + 1;
  const pauseMs = result.state === 'refused' ? null : pauseAfter(attempt);
  const cause = withoutNhsNumbers(result.cause.replace(/\s+/g, ' ')).slice(0, CAUSE_LENGTH);
  const next =
    pauseMs === null
      ? { state: 'failed', endedAt: now }
      : { state: 'waiting', dueAt: new Date(nowMs + pauseMs) };
  await db.noticeDelivery.updateMany({
    where: { id, state: 'sending', attempts: attempt },
    data: { ...next, cause, claimedUntil: null },
  });
}

/** Has a delivery that failed tried again. @returns false if it does not wait for that any more */
export async function retryDelivery(db: Rows, id: string, nowMs: number): Promise<boolean> {
  const { count } = await db.noticeDelivery.updateMany({
    where: { id, state: 'failed' },
    data: { state: 'waiting', attempts: 0, endedAt: null, dueAt: new Date(nowMs) },
  });
  return count === 1;
}
