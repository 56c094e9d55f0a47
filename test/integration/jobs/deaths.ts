/** What the worker that dies and the tests about it share. */
import type { Database } from '@gatehouse/db/client';
import type { JobKind } from '@gatehouse/domain/jobs/job-kinds';

export const DEATHS = ['before its effect', 'after its effect', 'after its success is recorded'] as const;

export interface Delivery {
  /** Of the job. */
  readonly name: string;
  readonly diesAt: (typeof DEATHS)[number];
}

export interface DyingWorker {
  readonly deliveries: readonly Delivery[];
  readonly kind: JobKind;
  readonly redisUrl: string | null;
  readonly queueUrl: string;
  readonly databaseUrl: string;
}

/** A dead worker is noticed within two seconds, and a second death fails the job. */
export const SHORT_LOCKS = { lockDuration: 1_000, stalledInterval: 500, maxStalledCount: 1 };

/** The row that the effect of a job changes, and the title of the notice that it leaves. */
export const effectOf = (job: string): string => `effect of ${job}`;

/** Decided by compare-and-set, as the effect of every job is. Each time that it happens leaves a notice. */
export async function takeEffect(db: Database, job: string): Promise<void> {
  await db.$transaction(async (transaction) => {
    const { count } = await transaction.jobSchedule.updateMany({
      where: { job: effectOf(job), startedAt: null },
      data: { startedAt: new Date() },
    });
    if (count === 0) return;
    await transaction.notice.create({
      data: {
        ...{ id: crypto.randomUUID(), kind: 'alarm', title: effectOf(job), body: '', whatToDo: 'Nothing.' },
        ...{ path: '/jobs', odsCodes: [], createdAt: new Date() },
      },
    });
  });
}
