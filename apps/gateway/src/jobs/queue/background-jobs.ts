/**
 * The one module that knows the queue: it registers schedulers, limits time and attempts, and says what became of each
 * job. A `<name>.job.ts` is a function that knows nothing of it (ADR 41).
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueMeasure, WorkerReports } from '../../adapters/queue/worker-reports.js';
import type { DeadJob, JobRecords } from '../../adapters/queue/job-records.js';
import type {
  JobProcessor,
  JobQueue,
  JobWorker,
  JobWorkerOptions,
  QueueStore,
} from '../../adapters/queue/queue-store.js';
import { atOnceAndEvery } from '../schedule.js';
import type { BackgroundJob } from './background-job.js';
import { enqueue, keepScheduler, recordFailures } from './keep-queue.js';
import { processJob } from './process-job.js';
import type { JobRun } from './trace-runs.js';

export interface BackgroundJobsDeps {
  readonly store: QueueStore;
  readonly records: JobRecords;
  readonly jobs: readonly BackgroundJob[];
  readonly log: Record<'warn' | 'error', (fields: object, message: string) => void>;
  readonly onLag: (job: string, lagMs: number) => void;
  /** For traces. */
  readonly onRun?: (run: JobRun) => void;
  /** Records in the audit trail that a job failed permanently. */
  readonly onDead: (failure: DeadJob) => Promise<void>;
  /** Null: the store works (again). */
  readonly onStore: (error: Error | null) => void;
  readonly reports: WorkerReports;
  /** For tests. */
  readonly workerOptions?: Partial<JobWorkerOptions>;
}

export interface BackgroundJobs {
  /** Of each job, as last measured. */
  counts(): ReadonlyMap<string, QueueMeasure>;
  /** Takes no further job; those under way have `drainMs` to finish, and are handed back to other workers then. */
  stop(drainMs: number): Promise<void>;
}

const RELAY_MS = 1_000;
const KEEP_MS = 5_000;
/** For handing back what is under way, and for closing connections. */
const CLOSE_MS = 2_000;
/** A worker that dies keeps a job for so long; then another takes it, and after three deaths it has failed. */
const LOCKS: Partial<JobWorkerOptions> = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 3,
  maxStartedAttempts: 20,
  runRetryDelay: 1_000,
};

interface Line {
  readonly background: BackgroundJob;
  readonly queue: JobQueue;
  readonly worker: JobWorker;
}

export function startBackgroundJobs(deps: BackgroundJobsDeps): BackgroundJobs {
  const { store, records, jobs, log, reports } = deps;
  const handBack = new AbortController();
  let away: Error | null = null;
  const onStore = (error: Error | null): void => {
    away = error;
    deps.onStore(error);
  };
  const onError = (error: unknown): void => {
    onStore(error instanceof Error ? error : new Error(String(error)));
  };
  const underWay = new Set<Promise<void>>();
  const process: Process = async (background, job, token) => {
    const ended = processJob(background, job, token, { ...deps, handBack: handBack.signal });
    underWay.add(ended);
    await ended.finally(() => underWay.delete(ended));
  };
  const open = (): Line[] => jobs.map((background) => openLine(background, { ...deps, onStore }, process));
  const counts = new Map<string, QueueMeasure>();
  let lines = open();
  let outages = store.outages();
  let stopping = false;

  /** BullMQ remembers for good that PostgreSQL was away when a queue or worker was opened. */
  async function reopenAfterOutage(): Promise<void> {
    if (store.outages() === outages) return;
    await store.ping();
    if (stopping) return;
    outages = store.outages();
    const old = lines;
    lines = open();
    const closed = Promise.all(
      old.map(({ worker, queue }) => Promise.all([worker.close(true), queue.close()])),
    );
    await Promise.race([closed.catch(onError), pause(CLOSE_MS, undefined, { ref: false })]);
  }

  async function relay(): Promise<void> {
    for (const request of await records.waiting()) {
      const line = lines.find(({ background }) => background.name === request.job);
      // A newer version knows it.
      if (line === undefined) continue;
      await enqueue(line.background, line.queue, request, records).catch((error: unknown) => {
        log.error({ err: error, job: request.job }, 'a requested job could not be queued');
      });
    }
  }

  async function keep(): Promise<void> {
    await reopenAfterOutage();
    await records.register(jobs.filter(({ kind }) => kind.everyMs !== null).map(({ name }) => name));
    const next = new Map<string, number | null>();
    for (const { background, queue } of lines) {
      next.set(background.name, await keepScheduler(background, queue, records));
      await recordFailures(background, queue, records);
      counts.set(background.name, await measureQueue(queue));
    }
    await reports.measured(counts);
    await records.confirm(next);
    onStore(null);
    await records.recordDeaths(deps.onDead).catch((error: unknown) => {
      log.warn({ err: error }, 'the failure of a background job is not in the audit trail yet');
    });
  }

  const timers = [
    atOnceAndEvery(RELAY_MS, relay),
    atOnceAndEvery(KEEP_MS, () => keep().catch(onError)),
    atOnceAndEvery(KEEP_MS, () => reports.seen(away)),
  ];
  return {
    counts: () => counts,
    async stop(drainMs) {
      stopping = true;
      const timersStopped = Promise.all(timers.map((timer) => timer.stop()));
      const workersClosed = Promise.all(lines.map(({ worker }) => worker.close()));
      // A worker that can't reach its queue may never close, so only its jobs are waited for.
      await Promise.race([Promise.allSettled(underWay), pause(drainMs, undefined, { ref: false })]);
      handBack.abort();
      const closed = workersClosed
        .then(() => timersStopped)
        .then(() => reports.gone())
        .then(() => Promise.all(lines.map(({ queue }) => queue.close())))
        .then(() => store.close())
        .catch(onError);
      await Promise.race([closed, pause(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

type Process = (background: BackgroundJob, ...job: Parameters<JobProcessor>) => Promise<void>;

function openLine(background: BackgroundJob, deps: BackgroundJobsDeps, process: Process): Line {
  const { name, kind } = background;
  const onError = (error: Error): void => {
    deps.onStore(error);
  };
  const queue = deps.store.queue(name);
  queue.on('error', onError);
  const worker = deps.store.worker(name, (job, token) => process(background, job, token), {
    ...LOCKS,
    concurrency: kind.concurrency,
    ...deps.workerOptions,
  });
  worker.on('error', onError);
  return { background, queue, worker };
}

async function measureQueue(queue: JobQueue): Promise<QueueMeasure> {
  const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
  const [oldest] = waiting === 0 ? [] : await queue.getWaiting(0, 0);
  const dueMs = oldest === undefined ? null : oldest.timestamp + (oldest.opts.delay ?? 0);
  return { running: active, waiting, oldestMs: dueMs === null ? 0 : Math.max(0, Date.now() - dueMs) };
}
