/**
 * What has to be done in the background, and what came of it, in PostgreSQL. The queue only carries jobs: it may lose
 * them or deliver them twice, and each change of state here is a compare-and-set that one of two callers wins.
 */
import { randomUUID } from 'node:crypto';
import { type Database, Prisma, type Queries } from '@gatehouse/db/client';
import { isJobName, JOB_KINDS } from '@gatehouse/domain/jobs/job-kinds';
import type { Notice } from '@gatehouse/domain/notices/notice';
import { notify } from '../notices/notify.js';

export interface WaitingJob {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
  readonly turn: number;
}

export interface JobFailure {
  readonly job: string;
  /** The id of the job in the queue. */
  readonly queueId: string;
  /** Null if it is not a payload of this job: it is not kept. */
  readonly payload: object | null;
  readonly attempts: number;
  readonly cause: string;
}

/** Of one scheduled job. Times are epoch ms. */
export interface ScheduleRecord {
  readonly job: string;
  readonly registeredAtMs: number;
  /** When a worker last saw the scheduler in the queue; null: never. */
  readonly confirmedAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly succeededAtMs: number | null;
}

export interface DeadJob {
  readonly job: string;
  readonly queueId: string;
  readonly attempts: number;
  readonly cause: string;
}

type JobRows = Pick<Database, 'backgroundJob' | 'jobSchedule' | '$executeRaw' | '$transaction'>;

const MOST_WAITING = 500;
const MOST_DEATHS = 50;
/** The payload of a scheduled job. */
const NOTHING = { equals: {} };
/** Then another replica may try. */
const CLAIM_MS = 4_000;

/** The id in the queue of a requested job. Each retry has its own, since the queue takes an id once. */
export const queueIdOf = ({ id, turn }: Pick<WaitingJob, 'id' | 'turn'>): string => `${id}-${turn}`;

function requestOf(queueId: string): Pick<WaitingJob, 'id' | 'turn'> | null {
  const match = /^(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?<turn>[0-9]{1,9})$/.exec(queueId);
  return match === null ? null : { id: match.groups?.['id'] ?? '', turn: Number(match.groups?.['turn']) };
}

/** Has a job run as soon as a worker is free. To be called in the transaction of its cause. @returns its id */
export async function requestJob(
  db: Pick<Database, 'backgroundJob'>,
  { job, payload, by, nowMs }: { job: string; payload: object; by: string; nowMs: number },
): Promise<string> {
  const id = randomUUID();
  const requestedAt = new Date(nowMs);
  await db.backgroundJob.create({
    data: { id, job, payload, queueId: id, state: 'waiting', requestedBy: by, requestedAt },
  });
  return id;
}

/**
 * Has jobs of one kind run, except those that wait already and those that failed permanently: a person decides on these.
 */
export async function requestJobs(
  db: Pick<Database, '$executeRaw'>,
  request: { job: string; payloads: readonly object[]; by: string; nowMs: number },
): Promise<void> {
  const { job, by } = request;
  const rows = request.payloads.map((payload) => ({ id: randomUUID(), payload }));
  await db.$executeRaw`
    INSERT INTO background_job (id, job, payload, queue_id, state, requested_by, requested_at)
    SELECT wanted.id, ${job}, wanted.payload, wanted.id::text, 'waiting', ${by}, ${new Date(request.nowMs)}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS wanted (id uuid, payload jsonb)
    WHERE NOT EXISTS (
      SELECT FROM background_job b WHERE b.job = ${job} AND b.state = 'failed' AND b.payload = wanted.payload
    )
    ON CONFLICT DO NOTHING`;
}

/** What the jobs of one kind that failed permanently, and that nobody has retried, were to do. */
export async function failedPayloads(db: Pick<Database, 'backgroundJob'>, job: string): Promise<unknown[]> {
  const rows = await db.backgroundJob.findMany({
    where: { job, state: 'failed' },
    select: { payload: true },
  });
  return rows.map(({ payload }) => payload);
}

/** Has a job that failed run again. @returns false if it does not wait for that any more */
export async function retryJob(
  db: Pick<Database, 'backgroundJob'>,
  { id, by, nowMs }: { id: string; by: string; nowMs: number },
): Promise<boolean> {
  const { count } = await db.backgroundJob.updateMany({
    where: { id, state: 'failed', payload: { not: Prisma.AnyNull } },
    data: {
      ...{ state: 'waiting', endedAt: null, turn: { increment: 1 } },
      ...{ requestedBy: by, requestedAt: new Date(nowMs) },
    },
  });
  return count === 1;
}

export type JobRecords = ReturnType<typeof createJobRecords>;

export function createJobRecords(db: JobRows, now: () => number) {
  const at = (): Date => new Date(now());
  return {
    /** Ten replicas register a schedule once. */
    async register(jobs: readonly string[]): Promise<void> {
      await db.jobSchedule.createMany({
        data: jobs.map((job) => ({ job, registeredAt: at() })),
        skipDuplicates: true,
      });
    },

    /** Of ten replicas that find the scheduler missing, one puts it into the queue. @returns whether it is this one */
    async claim(job: string): Promise<boolean> {
      const earlier = { lt: new Date(now() - CLAIM_MS) };
      const { count } = await db.jobSchedule.updateMany({
        where: { job, OR: [{ claimedAt: null }, { claimedAt: earlier }] },
        data: { claimedAt: at() },
      });
      return count === 1;
    },

    /**
     * A worker has seen these schedulers in the queue.
     * @param next of each job, epoch ms at which it runs next; null: not known
     */
    async confirm(next: ReadonlyMap<string, number | null>): Promise<void> {
      const rows = [...next].map(([job, nextMs]) => ({
        job,
        next_at: nextMs === null ? null : new Date(nextMs),
      }));
      await db.$executeRaw`
        UPDATE job_schedule s SET confirmed_at = ${at()}, next_at = coalesce(seen.next_at, s.next_at)
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS seen (job text, next_at timestamptz)
        WHERE s.job = seen.job`;
    },

    async started(job: string): Promise<void> {
      await db.jobSchedule.updateMany({ where: { job }, data: { startedAt: at() } });
    },

    /**
     * Whether a job of the queue is still to be done. One whose end is recorded may be queued again by a worker that read its
     * row before that.
     */
    async isOpen(queueId: string): Promise<boolean> {
      const request = requestOf(queueId);
      if (request === null) return true;
      const row = await db.backgroundJob.findUnique({
        where: { id: request.id },
        select: { state: true, turn: true },
      });
      return row === null || (row.state === 'waiting' && row.turn === request.turn);
    },

    /** Also ends earlier failures of a scheduled job: what they left undone, this run has done. */
    succeeded(job: string, queueId: string): Promise<void> {
      return db.$transaction(async (transaction) => {
        const ended = await recordSuccess(transaction, job, queueId, at());
        if (ended > 0) await notify(transaction, worksAgainNotice(job, queueId), now());
      });
    },

    /**
     * Records that a job has failed permanently. A schedule that goes on failing is one failure until a run succeeds.
     * @returns whether this call recorded it, and not another before it
     */
    failed(failure: JobFailure): Promise<boolean> {
      return db.$transaction(async (transaction) => {
        if (await goesOnFailing(transaction, failure, at())) return false;
        if (!(await recordFailure(transaction, failure, at()))) return false;
        await notify(transaction, failedNotice(failure), now());
        return true;
      });
    },

    /**
     * Has failures recorded that the audit trail does not have yet. Of two workers, one holds a row until its record is
     * durable.
     * @throws what `record` throws; those before it are recorded
     */
    async recordDeaths(record: (failure: DeadJob) => Promise<void>): Promise<void> {
      const failures = await db.$transaction((transaction) => recordDeaths(transaction, record), TRANSACTION);
      if (failures.length > 0) throw failures[0];
    },

    /** Requested jobs that have not ended, the oldest first. */
    waiting(): Promise<WaitingJob[]> {
      return db.backgroundJob.findMany({
        where: { state: 'waiting' },
        select: { id: true, job: true, payload: true, turn: true },
        orderBy: { requestedAt: 'asc' },
        take: MOST_WAITING,
      });
    },

    async schedules(): Promise<ScheduleRecord[]> {
      const rows = await db.jobSchedule.findMany({ orderBy: { job: 'asc' } });
      return rows.map(({ job, registeredAt, confirmedAt, startedAt, succeededAt }) => ({
        job,
        registeredAtMs: registeredAt.getTime(),
        confirmedAtMs: confirmedAt?.getTime() ?? null,
        startedAtMs: startedAt?.getTime() ?? null,
        succeededAtMs: succeededAt?.getTime() ?? null,
      }));
    },

    /** Jobs that failed permanently and that nobody has retried, by job. */
    async failures(): Promise<ReadonlyMap<string, number>> {
      const rows = await db.backgroundJob.groupBy({
        by: ['job'],
        where: { state: 'failed' },
        _count: { _all: true },
      });
      return new Map(rows.map(({ job, _count }) => [job, _count._all]));
    },
  };
}

/** @returns how many failures it has ended */
async function recordSuccess(db: Queries, job: string, queueId: string, endedAt: Date): Promise<number> {
  const request = requestOf(queueId);
  const done = { state: 'done', endedAt };
  let ended = 0;
  if (request !== null) {
    const where = { ...request, state: 'waiting' };
    const { count } = await db.backgroundJob.updateMany({ where, data: done });
    // A later turn: it had failed, and a person had it retried.
    if (request.turn > 1) ended += count;
  }
  const { count: schedules } = await db.jobSchedule.updateMany({
    where: { job },
    data: { succeededAt: endedAt },
  });
  if (schedules === 0) return ended;
  const where = { job, state: 'failed', payload: NOTHING };
  const { count } = await db.backgroundJob.updateMany({ where, data: done });
  return ended + count;
}

/** Adds another failed run of a schedule to the failure that lasts. @returns false if there is none, or it is no such run */
async function goesOnFailing(db: Queries, failure: JobFailure, endedAt: Date): Promise<boolean> {
  const { job, queueId, payload, attempts, cause } = failure;
  if (requestOf(queueId) !== null || payload === null) return false;
  // One run after another, so that two which fail together are one failure.
  const schedule = await db.$queryRaw<unknown[]>`SELECT job FROM job_schedule WHERE job = ${job} FOR UPDATE`;
  if (schedule.length === 0) return false;
  const lasting = await db.backgroundJob.findFirst({ where: { job, state: 'failed', payload: NOTHING } });
  if (lasting === null) return false;
  await db.backgroundJob.updateMany({
    where: { id: lasting.id, queueId: { not: queueId } },
    data: { queueId, attempts: { increment: attempts }, cause, endedAt },
  });
  return true;
}

const TRANSACTION = { timeout: 30_000, maxWait: 10_000 };

async function recordDeaths(
  db: Queries,
  record: (failure: DeadJob) => Promise<void>,
): Promise<readonly unknown[]> {
  const rows = await db.$queryRaw<(DeadJob & { readonly id: string })[]>`
    SELECT id::text, job, queue_id AS "queueId", attempts, cause FROM background_job
     WHERE death_to_record ORDER BY ended_at LIMIT ${MOST_DEATHS} FOR UPDATE SKIP LOCKED`;
  const failures: unknown[] = [];
  const recorded: string[] = [];
  for (const { id, ...failure } of rows) {
    if (failures.length > 0) break;
    await record(failure).then(
      () => recorded.push(id),
      (error: unknown) => failures.push(error),
    );
  }
  await db.backgroundJob.updateMany({ where: { id: { in: recorded } }, data: { deathToRecord: false } });
  return failures;
}

async function recordFailure(
  db: Pick<Database, 'backgroundJob'>,
  { job, queueId, payload, attempts, cause }: JobFailure,
  endedAt: Date,
): Promise<boolean> {
  const end = { state: 'failed', attempts, cause, endedAt, deathToRecord: true };
  const request = requestOf(queueId);
  if (request !== null) {
    const { count } = await db.backgroundJob.updateMany({
      where: { ...request, state: 'waiting' },
      data: payload === null ? { ...end, payload: Prisma.DbNull } : end,
    });
    return count === 1;
  }
  const { count } = await db.backgroundJob.createMany({
    data: [
      {
        ...{ ...end, job, queueId, payload: payload ?? Prisma.DbNull },
        ...{ requestedBy: 'schedule', requestedAt: endedAt },
      },
    ],
    skipDuplicates: true,
  });
  return count === 1;
}

function failedNotice({ job, queueId, attempts, cause }: JobFailure): Notice {
  const waits = isJobName(job) ? ` ${JOB_KINDS[job].waits}` : '';
  return {
    ...{ kind: 'job-failed', onceKey: `job ${queueId} failed`, title: `Background job failed: ${job}` },
    body: `It failed permanently after ${attempts} attempts: ${cause}.${waits}`,
    whatToDo: 'Put right what the cause names, then retry the job.',
    ...{ path: '/jobs', odsCodes: [], staffId: null },
  };
}

function worksAgainNotice(job: string, queueId: string): Notice {
  return {
    ...{ kind: 'job-failed', onceKey: `job ${queueId} works again` },
    title: `Background job works again: ${job}`,
    body: 'It had failed permanently. A run has succeeded since.',
    whatToDo: 'Nothing more is needed.',
    ...{ path: '/jobs', odsCodes: [], staffId: null },
  };
}
