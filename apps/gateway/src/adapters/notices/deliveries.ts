/**
 * Deliveries of notices. Each change of state is a compare-and-set: one worker claims an attempt, and what was sent for
 * certain is never sent again. What is not certain, because a worker died between sending and marking, is sent again under
 * the same id.
 */
import type { Database } from '@gatehouse/db/client';
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import { pauseAfter } from '@gatehouse/domain/notices/delivery';
import { SEND_MS, type SendResult } from './send-result.js';

const MOST_AT_ONCE = 200;
const MOST_IN_DIGESTS = 5_000;
/** Three times as long as an attempt can take: by then the worker that claimed it has died. */
const CLAIM_MS = 3 * SEND_MS;
/** How long a place that is away is left alone, so that those that work have their turn. */
const REST_MS = 60_000;
const CAUSE_LENGTH = 300;

type Rows = Pick<Database, 'noticeDelivery'>;

/** Those that wait and are due, and those whose worker died. */
const isDue = (now: Date) => ({
  OR: [
    { state: 'waiting', dueAt: { lte: now } },
    { state: 'sending', claimedUntil: { lt: now } },
  ],
});

const WHOLE = { notice: true, staff: { include: { roles: true } }, webhook: true } as const;

export type Delivery = Awaited<ReturnType<typeof dueDeliveries>>[number];

/**
 * What is due: the oldest of each place, then the second of each, and so on.
 * However many wait for one place, the others have their turn.
 */
export async function dueDeliveries(db: Rows & Pick<Database, '$queryRaw'>, nowMs: number) {
  const now = new Date(nowMs);
  const due = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM (
      SELECT id, due_at, row_number() OVER (PARTITION BY webhook_id ORDER BY due_at, id) AS turn
        FROM notice_delivery
       WHERE NOT daily
         AND ((state = 'waiting' AND due_at <= ${now}) OR (state = 'sending' AND claimed_until < ${now}))
    ) AS in_turn
    ORDER BY turn, due_at LIMIT ${MOST_AT_ONCE}`;
  return db.noticeDelivery.findMany({
    where: { id: { in: due.map(({ id }) => id) } },
    include: WHOLE,
    orderBy: { dueAt: 'asc' },
  });
}

/**
 * What each person is to be sent in one email, oldest first: all that is due, so that a standstill of a week is one digest.
 */
export async function dueDigests(db: Rows, nowMs: number): Promise<Delivery[][]> {
  const now = new Date(nowMs);
  const rows = await db.noticeDelivery.findMany({
    where: { daily: true, ...isDue(now) },
    include: WHOLE,
    orderBy: [{ notice: { createdAt: 'asc' } }, { id: 'asc' }],
    take: MOST_IN_DIGESTS,
  });
  return [...Map.groupBy(rows, ({ staffId }) => staffId).values()];
}

/** Leaves a place that is away alone for a while. @param webhookId null: the mail server */
export async function restPlace(db: Rows, webhookId: string | null, nowMs: number): Promise<void> {
  await db.noticeDelivery.updateMany({
    where: { webhookId, state: 'waiting', dueAt: { lte: new Date(nowMs) } },
    data: { dueAt: new Date(nowMs + REST_MS) },
  });
}

type Attempt = Pick<Delivery, 'id' | 'attempts'>;

/**
 * Another worker may have claimed it before it was read, so it has to be due still.
 * @returns whether this worker, and no other, may make the next attempt
 */
export async function claim(db: Rows, { id, attempts }: Attempt, nowMs: number): Promise<boolean> {
  const { count } = await db.noticeDelivery.updateMany({
    where: { id, attempts, ...isDue(new Date(nowMs)) },
    data: { state: 'sending', attempts: attempts + 1, claimedUntil: new Date(nowMs + CLAIM_MS) },
  });
  return count === 1;
}

/**
 * Claims all that a digest has, by its first: of several workers one sends it.
 * @returns those that it is to send
 */
export function claimAll<D extends Attempt>(
  db: Pick<Database, '$transaction'>,
  deliveries: readonly D[],
  nowMs: number,
): Promise<D[]> {
  const [first, ...others] = deliveries;
  // At once, so that no other worker finds the rest without the first.
  return db.$transaction(async (transaction) => {
    if (first === undefined || !(await claim(transaction, first, nowMs))) return [];
    const claimed = [first];
    for (const other of others) if (await claim(transaction, other, nowMs)) claimed.push(other);
    return claimed;
  }, CLAIM_TRANSACTION);
}

const CLAIM_TRANSACTION = { timeout: 15_000, maxWait: 10_000 };

/** Records what came of the attempt that `claim` permitted. */
export async function mark(
  db: Rows,
  { id, attempts }: Attempt,
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
