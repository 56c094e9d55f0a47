/**
 * What has to be done in the background, and what came of it, in PostgreSQL. The queue only carries jobs: it may lose
 * them or deliver them twice, and each change of state here is a compare-and-set that one of two callers wins.
 */
import { randomUUID } from 'node:crypto';
import { type Database, Prisma } from '@gatehouse/db/client';
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

type JobRows = Pick<Database, 'backgroundJob' | 'jobSchedule' | '$transaction'>;

const MOST_WAITING = 500;
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

    /** A worker has seen the scheduler in the queue. @param nextMs epoch ms at which it runs the job next */
    async confirm(job: string, nextMs: number | null): Promise<void> {
      const nextAt = nextMs === null ? {} : { nextAt: new Date(nextMs) };
      await db.jobSchedule.updateMany({ where: { job }, data: { confirmedAt: at(), ...nextAt } });
    },

    async started(job: string): Promise<void> {
      await db.jobSchedule.updateMany({ where: { job }, data: { startedAt: at() } });
    },

    /** Also ends earlier failures of a scheduled job: what they left undone, this run has done. */
    async succeeded(job: string, queueId: string): Promise<void> {
      const endedAt = at();
      const request = requestOf(queueId);
      if (request !== null)
        await db.backgroundJob.updateMany({
          where: { ...request, state: 'waiting' },
          data: { state: 'done', endedAt },
        });
      const { count } = await db.jobSchedule.updateMany({ where: { job }, data: { succeededAt: endedAt } });
      if (count > 0)
        await db.backgroundJob.updateMany({
          where: { job, state: 'failed', payload: { equals: {} } },
          data: { state: 'done', endedAt },
        });
    },

    /** Records that a job has failed permanently. @returns whether this call recorded it, and not another before it */
    failed(failure: JobFailure): Promise<boolean> {
      return db.$transaction(async (transaction) => {
        if (!(await recordFailure(transaction, failure, at()))) return false;
        await notify(transaction, failedNotice(failure), now());
        return true;
      });
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

async function recordFailure(
  db: Pick<Database, 'backgroundJob'>,
  { job, queueId, payload, attempts, cause }: JobFailure,
  endedAt: Date,
): Promise<boolean> {
  const end = { state: 'failed', attempts, cause, endedAt };
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
