/** Background jobs: what runs, what waits, what has failed permanently, and the schedules. */
import { JOB_NAMES } from '@gatehouse/domain/jobs/job-kinds';
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { listed } from '../fault-words.js';
import { idPath } from '../governance/governance-resources.js';
import { instant, reason } from '../registry/identifiers.js';
import { page, paging, reasonNeeded, total } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const jobName = z.enum(JOB_NAMES, {
  error: `there is no job of this name; the jobs are ${listed(JOB_NAMES)}`,
});
export const jobState = z.enum(['waiting', 'failed', 'done']);

export const job = z.object({
  id: z.string(),
  job: z.string(),
  state: jobState,
  /** Ids and versions alone; null: it was not a payload of this job, and is not kept. */
  payload: z.record(z.string(), z.unknown()).nullable(),
  /** `schedule`, or who requested or retried it last. */
  requestedBy: z.string(),
  requestedAt: instant,
  /** 1, and one more for each retry by a person. */
  turn: z.number().int(),
  /** Until it failed permanently. */
  attempts: z.number().int(),
  cause: z.string().nullable(),
  endedAt: instant.nullable(),
  /** What the job does, and what waits for it; null: this version does not know the job. */
  purpose: z.string().nullable(),
  waits: z.string().nullable(),
  mayRetry: z.boolean(),
});
export type JobView = z.infer<typeof job>;

export const jobKind = z.object({
  name: jobName,
  purpose: z.string(),
  waits: z.string(),
  /** Null: it only runs when it is requested. */
  everyMs: z.number().int().nullable(),
  timeLimitMs: z.number().int(),
  attempts: z.number().int(),
  /** Of its schedule. Null: never, or it has none. */
  lastStartedAt: instant.nullable(),
  lastSucceededAt: instant.nullable(),
  nextRunAt: instant.nullable(),
  overdue: z.boolean(),
  /** Requested, and not ended. */
  requested: z.number().int(),
  failed: z.number().int(),
  /** In the queue, when a worker measured it last. */
  running: z.number().int(),
  waiting: z.number().int(),
  oldestWaitingAt: instant.nullable(),
  measuredAt: instant.nullable(),
});
export type JobKindView = z.infer<typeof jobKind>;

export const jobQueues = z.object({
  /** Of the store that holds the queues. */
  queue: z.object({
    state: z.enum(['working', 'partly away', 'away', 'no worker']),
    text: z.string(),
    workers: z.number().int(),
    store: z.enum(['redis', 'postgresql']).nullable(),
    awaySince: instant.nullable(),
  }),
  items: z.array(jobKind),
});

const jobConditions = { state: jobState.optional(), job: jobName.optional() };
const jobFilter = z.strictObject({ ...paging(instantCursor), ...jobConditions });

export const jobRunRequest = z.strictObject({
  /** By default an empty one, which is right for every scheduled job. */
  payload: z.unknown().optional(),
  reason,
});

export const jobRoutes = {
  jobList: {
    method: 'GET',
    path: '/jobs',
    summary: 'Background jobs that were requested or have failed permanently, newest first',
    permission: 'job.read',
    query: jobFilter,
    response: page(job),
  },
  jobTotal: {
    method: 'GET',
    path: '/totals/jobs',
    summary: 'How many background jobs a filter finds, exact up to 10,000',
    permission: 'job.read',
    query: z.strictObject(jobConditions),
    response: total,
  },
  jobShow: {
    method: 'GET',
    path: '/jobs/:id',
    summary: 'One background job: its cause, its attempts and what waits for it',
    permission: 'job.read',
    params: idPath,
    response: job,
  },
  jobRetry: {
    method: 'POST',
    path: '/jobs/:id/retry',
    summary: 'Retry a job that has failed permanently',
    permission: 'job.run',
    params: idPath,
    body: reasonNeeded,
    response: job,
  },
  jobKindList: {
    method: 'GET',
    path: '/job-kinds',
    summary: 'Each kind of job with its schedule and its queue, and whether the queues can be reached',
    permission: 'job.read',
    response: jobQueues,
  },
  jobRun: {
    method: 'POST',
    path: '/job-kinds/:job/run',
    summary: 'Run a job as soon as a worker is free',
    permission: 'job.run',
    params: z.strictObject({ job: jobName }),
    body: jobRunRequest,
    response: job,
  },
} as const satisfies Record<string, RouteContract>;
