/** What /metrics and /ready say of background jobs, read from PostgreSQL: also where no worker runs any more. */
import { isJobName, isOverdue, JOB_KINDS } from '@gatehouse/domain/jobs/job-kinds';
import type { JobRecords, ScheduleRecord } from '../adapters/queue/job-records.js';
import { atOnceAndEvery, type Scheduled } from '../jobs/schedule.js';
import type { Metrics } from './metrics.js';

export interface JobWatch extends Scheduled {
  /** Names of scheduled jobs that should have succeeded by now. */
  readonly overdue: () => readonly string[];
}

/** Of the jobs in the queue, where this process is a worker. */
export type QueueCountsOf = () => ReadonlyMap<
  string,
  { readonly running: number; readonly waiting: number; readonly oldestMs: number }
>;

const READ_MS = 15_000;

export function watchJobs(
  metrics: Pick<Metrics, 'watchEach'>,
  records: Pick<JobRecords, 'schedules' | 'failures'>,
  countsOf: QueueCountsOf,
  now: () => number,
): JobWatch {
  let schedules: readonly ScheduleRecord[] = [];
  let failures: ReadonlyMap<string, number> = new Map();
  const sinceMs = ({ succeededAtMs, registeredAtMs }: ScheduleRecord): number =>
    succeededAtMs ?? registeredAtMs;
  const isLate = (schedule: ScheduleRecord): boolean =>
    isJobName(schedule.job) && isOverdue(JOB_KINDS[schedule.job], sinceMs(schedule), now());
  const ofSchedules = (value: (schedule: ScheduleRecord) => number) => () =>
    schedules.map((schedule) => ({ labels: { name: schedule.job }, value: value(schedule) }));
  const ofQueues =
    (value: (counts: { running: number; waiting: number; oldestMs: number }) => number) => () =>
      [...countsOf()].map(([name, counts]) => ({ labels: { name }, value: value(counts) }));

  metrics.watchEach(
    'job_success_age_seconds',
    'Since a scheduled job last succeeded, or since it was registered if it never did',
    ['name'],
    ofSchedules((schedule) => (now() - sinceMs(schedule)) / 1000),
  );
  metrics.watchEach(
    'job_overdue',
    'Whether a scheduled job should have succeeded by now',
    ['name'],
    ofSchedules((schedule) => (isLate(schedule) ? 1 : 0)),
  );
  metrics.watchEach('jobs_failed', 'Jobs that failed permanently and that nobody has retried', ['name'], () =>
    schedules.map(({ job }) => ({ labels: { name: job }, value: failures.get(job) ?? 0 })),
  );
  metrics.watchEach(
    'jobs_running',
    'Jobs under way in all workers',
    ['name'],
    ofQueues(({ running }) => running),
  );
  metrics.watchEach(
    'jobs_waiting',
    'Jobs that are due and wait for a worker',
    ['name'],
    ofQueues(({ waiting }) => waiting),
  );
  metrics.watchEach(
    'jobs_oldest_seconds',
    'How long the oldest waiting job has been due',
    ['name'],
    ofQueues(({ oldestMs }) => oldestMs / 1000),
  );

  const reading = atOnceAndEvery(READ_MS, async () => {
    [schedules, failures] = await Promise.all([records.schedules(), records.failures()]);
  });
  return { stop: () => reading.stop(), overdue: () => schedules.filter(isLate).map(({ job }) => job) };
}
