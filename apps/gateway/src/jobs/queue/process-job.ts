/** Runs one job from the queue: within its limit of time, or until the process ends and hands it back. */
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { JobRecords } from '../../adapters/queue/job-records.js';
import { type BackgroundJob, causeOf, WRONG_PAYLOAD } from './background-job.js';
import type { JobRun } from './trace-runs.js';

export interface ProcessDeps {
  readonly records: Pick<JobRecords, 'isOpen' | 'started' | 'succeeded'>;
  /** Fires when the process can wait for its jobs no longer. */
  readonly handBack: AbortSignal;
  /** How long a job waited past the moment at which it was due. */
  readonly onLag: (job: string, lagMs: number) => void;
  /** For traces. */
  readonly onRun?: (run: JobRun) => void;
  readonly log: { warn(fields: object, message: string): void };
}

type Ended = 'done' | 'time is over' | 'handed back';

export async function processJob(
  background: BackgroundJob,
  job: Pick<Job, 'id' | 'name' | 'data' | 'timestamp' | 'opts' | 'attemptsMade' | 'moveToWait'>,
  token: string | undefined,
  { records, handBack, onLag, onRun, log }: ProcessDeps,
): Promise<void> {
  const { name, kind } = background;
  if (job.name !== name) throw new UnrecoverableError(`the queue ${name} has no job of this name`);
  const payload = background.payload.safeParse(job.data);
  if (!payload.success) throw new UnrecoverableError(WRONG_PAYLOAD);
  if (!(await records.isOpen(job.id ?? ''))) return;
  if (job.attemptsMade === 0) onLag(name, Math.max(0, Date.now() - job.timestamp - (job.opts.delay ?? 0)));
  await records.started(name);
  const startMs = Date.now();
  const noteRun = (fault: JobRun['fault']): void => {
    onRun?.({ job: name, attempt: job.attemptsMade + 1, startMs, endMs: Date.now(), fault });
  };
  const ended = await withinLimits(background, payload.data, handBack).catch((error: unknown) => {
    noteRun('failed');
    log.warn({ err: error, job: name, attempt: job.attemptsMade + 1 }, 'a background job failed');
    // The queue keeps the message, and must not keep what an error may quote.
    throw new Error(causeOf(error));
  });
  noteRun(ended === 'done' ? null : ended);
  if (ended === 'time is over') throw new Error(`not finished within ${kind.timeLimitMs / 1000} s`);
  if (ended === 'handed back') {
    await job.moveToWait(token);
    throw new WaitingError();
  }
  await records.succeeded(name, job.id ?? '');
}

/** The signal fires when a run is given up. A run that goes on has no effect that counts. */
async function withinLimits(
  background: BackgroundJob,
  payload: object,
  handBack: AbortSignal,
): Promise<Ended> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let onHandBack: () => void = () => undefined;
  const limits = new Promise<Ended>((resolve) => {
    timer = setTimeout(resolve, background.kind.timeLimitMs, 'time is over');
    onHandBack = () => {
      resolve('handed back');
    };
    handBack.addEventListener('abort', onHandBack, { once: true });
    if (handBack.aborted) onHandBack();
  });
  try {
    const running = background.run(payload, stop.signal).then((): Ended => 'done');
    // It may fail after nobody waits for it any more.
    running.catch(() => undefined);
    return await Promise.race([running, limits]);
  } finally {
    clearTimeout(timer);
    handBack.removeEventListener('abort', onHandBack);
    stop.abort();
  }
}
