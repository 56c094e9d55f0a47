import type { JobKindView, JobView } from '@gatehouse/contracts/operation/job-routes';
import {
  isJobName,
  isOverdue,
  JOB_KINDS,
  type JobKind,
  type JobName,
} from '@gatehouse/domain/jobs/job-kinds';
import { instantOf } from '../http/paging.js';

export interface JobRow {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
  readonly state: string;
  readonly turn: number;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly attempts: number;
  readonly cause: string | null;
  readonly endedAt: Date | null;
}

export function jobView(row: JobRow): JobView {
  const { id, job, payload, state, turn, requestedBy, attempts, cause } = row;
  const kind: JobKind | null = isJobName(job) ? JOB_KINDS[job] : null;
  return {
    ...{ id, job, turn, requestedBy, attempts, cause },
    state: state as JobView['state'],
    payload: payload as JobView['payload'],
    requestedAt: row.requestedAt.toISOString(),
    endedAt: instantOf(row.endedAt),
    purpose: kind?.purpose ?? null,
    waits: kind?.waits ?? null,
    mayRetry: state === 'failed' && payload !== null && kind !== null,
  };
}

export interface ScheduleRow {
  readonly registeredAt: Date;
  readonly startedAt: Date | null;
  readonly succeededAt: Date | null;
  readonly nextAt: Date | null;
}

export interface QueueRow {
  readonly running: number;
  readonly waiting: number;
  readonly oldestAt: Date | null;
  readonly measuredAt: Date;
}

/** What is known of a kind of job. */
export interface KindRows {
  readonly schedule: ScheduleRow | undefined;
  readonly queue: QueueRow | undefined;
  readonly requested: number;
  readonly failed: number;
}

export function jobKindView(
  name: JobName,
  { schedule, queue, requested, failed }: KindRows,
  nowMs: number,
): JobKindView {
  const { purpose, waits, everyMs, timeLimitMs, attempts } = JOB_KINDS[name];
  const since = schedule?.succeededAt ?? schedule?.registeredAt;
  return {
    ...{ name, purpose, waits, everyMs, timeLimitMs, attempts, requested, failed },
    lastStartedAt: instantOf(schedule?.startedAt ?? null),
    lastSucceededAt: instantOf(schedule?.succeededAt ?? null),
    nextRunAt: instantOf(schedule?.nextAt ?? null),
    overdue: since !== undefined && isOverdue({ everyMs }, since.getTime(), nowMs),
    running: queue?.running ?? 0,
    waiting: queue?.waiting ?? 0,
    oldestWaitingAt: instantOf(queue?.oldestAt ?? null),
    measuredAt: instantOf(queue?.measuredAt ?? null),
  };
}
