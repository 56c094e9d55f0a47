/**
 * Puts into the queue what PostgreSQL says should be there, again and again: schedulers, and jobs that were requested and
 * have not ended. So a queue that lost everything is whole again within seconds. What failed there is recorded here.
 */
import type { JobsOptions } from 'bullmq';
import type { JobQueue } from '../../adapters/queue/queue-store.js';
import { type JobRecords, queueIdOf, type WaitingJob } from '../../adapters/queue/job-records.js';
import { type BackgroundJob, causeOf, WRONG_PAYLOAD } from './background-job.js';

/** A finished job is kept for those who look into the queue itself; what came of it is a row in PostgreSQL. */
const KEPT = { removeOnComplete: { count: 100, age: 86_400 }, removeOnFail: { count: 1_000, age: 604_800 } };
const MOST_FAILED_AT_ONCE = 100;

/** Work that is not finished at once is tried again later each time, and not by all replicas in step. */
export const optionsOf = ({ kind }: Pick<BackgroundJob, 'kind'>): JobsOptions => ({
  attempts: kind.attempts,
  // It would quote what an error quotes.
  stackTraceLimit: 0,
  backoff: { type: 'exponential', delay: kind.backOffMs, jitter: 0.5 },
  ...KEPT,
});

/**
 * Registers the scheduler of a job, under its name, unless it is there already. Ten replicas register one.
 * @returns epoch ms at which it runs the job next; null: there is none, or it has just been registered
 */
export async function keepScheduler(
  background: BackgroundJob,
  queue: JobQueue,
  records: Pick<JobRecords, 'claim'>,
): Promise<number | null> {
  const { name, kind } = background;
  if (kind.everyMs === null) return null;
  const scheduler = await queue.getJobScheduler(name);
  const isLost = scheduler?.next === undefined || scheduler.next < Date.now() - 2 * kind.everyMs;
  if (scheduler?.every === kind.everyMs && !isLost) return scheduler.next ?? null;
  // Each registration runs the job at once.
  if (!(await records.claim(name))) return null;
  await queue.upsertJobScheduler(
    name,
    { every: kind.everyMs },
    { name, data: {}, opts: optionsOf(background) },
  );
  return null;
}

/** Queues a requested job. The queue takes each id once, so it does no harm to do this again while the job waits. */
export async function enqueue(
  background: BackgroundJob,
  queue: JobQueue,
  request: WaitingJob,
  records: Pick<JobRecords, 'failed'>,
): Promise<void> {
  const queueId = queueIdOf(request);
  const payload = background.payload.safeParse(request.payload);
  if (payload.success)
    await queue.add(background.name, payload.data, { ...optionsOf(background), jobId: queueId });
  else
    await records.failed({
      ...{ job: background.name, queueId, payload: null, attempts: 0 },
      cause: WRONG_PAYLOAD,
    });
}

/** Records jobs that failed permanently, whichever worker had them, and takes them out of the queue. */
export async function recordFailures(
  background: BackgroundJob,
  queue: JobQueue,
  records: Pick<JobRecords, 'failed'>,
): Promise<void> {
  for (const job of await queue.getFailed(0, MOST_FAILED_AT_ONCE - 1)) {
    const failure = {
      job: background.name,
      queueId: job.id ?? '',
      payload: background.payload.safeParse(job.data).data ?? null,
      attempts: job.attemptsMade,
      cause: causeOf(job.failedReason),
    };
    await records.failed(failure);
    await queue.remove(failure.queueId);
  }
}
