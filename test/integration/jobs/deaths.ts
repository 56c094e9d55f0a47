/** What the worker that dies and the tests about it share. */
import type { Database } from '@gatehouse/db/client';

export const DEATHS = ['before its effect', 'after its effect', 'after its success is recorded'] as const;

export interface Delivery {
  /** Of the job. */
  readonly name: string;
  readonly redisUrl: string | null;
  readonly queueUrl: string;
  readonly databaseUrl: string;
  readonly diesAt: (typeof DEATHS)[number];
}

/** A dead worker is noticed within two seconds, and a second death fails the job. */
export const SHORT_LOCKS = { lockDuration: 1_000, stalledInterval: 500, maxStalledCount: 1 };

/** The row that the effect of the job changes. */
export const EFFECT = 'effect';

/** Decided by compare-and-set, as the effect of every job is. Each time that it happens leaves a notice. */
export async function takeEffect(db: Database): Promise<void> {
  await db.$transaction(async (transaction) => {
    const { count } = await transaction.jobSchedule.updateMany({
      where: { job: EFFECT, startedAt: null },
      data: { startedAt: new Date() },
    });
    if (count === 0) return;
    await transaction.notice.create({
      data: {
        ...{ id: crypto.randomUUID(), kind: 'alarm', title: EFFECT, body: '', whatToDo: 'Nothing.' },
        ...{ path: '/jobs', odsCodes: [], createdAt: new Date() },
      },
    });
  });
}
