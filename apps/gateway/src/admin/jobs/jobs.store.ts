import type { InputOf } from '@gatehouse/contracts/routes';
import { JOB_NAMES } from '@gatehouse/domain/jobs/job-kinds';
import { queueHealth, type WorkerReport } from '@gatehouse/domain/jobs/queue-health';
import { Inject, Injectable } from '@nestjs/common';
import { countedTotal, instantCursor, olderThan, pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { jobKindView, jobView } from './jobs.view.js';

type Filter = InputOf<'jobTotal'>['query'];

/** Background jobs, as PostgreSQL has them: also while the queue that carries them is away. */
@Injectable()
export class JobsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list({ limit, after, ...filter }: InputOf<'jobList'>['query']) {
    const rows = await this.db.backgroundJob.findMany({
      where: { ...jobsWhere(filter), ...(after === undefined ? {} : olderThan('requestedAt', after)) },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return pageOf(rows, limit, ({ requestedAt, id }) => instantCursor(requestedAt, id), jobView);
  }

  total(filter: Filter) {
    const where = jobsWhere(filter);
    return countedTotal((take) => this.db.backgroundJob.count({ where, take }));
  }

  /** @throws AdminProblem not-found */
  async show(id: string, db = this.db) {
    const row = await db.backgroundJob.findUnique({ where: { id } });
    if (row === null) throw notFound(`job ${id}`);
    return jobView(row);
  }

  async kinds() {
    const nowMs = this.now();
    const [schedules, queues, counts, workers] = await Promise.all([
      this.db.jobSchedule.findMany(),
      this.db.jobQueue.findMany(),
      this.db.backgroundJob.groupBy({
        by: ['job', 'state'],
        where: { state: { in: ['waiting', 'failed'] } },
        _count: { _all: true },
      }),
      this.db.jobWorker.findMany({ orderBy: { startedAt: 'asc' } }),
    ]);
    const countOf = (name: string, wanted: string): number =>
      counts.find(({ job, state }) => job === name && state === wanted)?._count._all ?? 0;
    const { awaySinceMs, ...health } = queueHealth(workers.map(reportOf), nowMs);
    return {
      queue: { ...health, awaySince: awaySinceMs === null ? null : new Date(awaySinceMs).toISOString() },
      items: JOB_NAMES.map((name) => {
        const schedule = schedules.find(({ job }) => job === name);
        const queue = queues.find(({ job }) => job === name);
        const [requested, failed] = [countOf(name, 'waiting'), countOf(name, 'failed')];
        return jobKindView(name, { schedule, queue, requested, failed }, nowMs);
      }),
    };
  }
}

const jobsWhere = ({ state, job }: Filter) => ({
  ...(state === undefined ? {} : { state }),
  ...(job === undefined ? {} : { job }),
});

interface WorkerRow {
  readonly store: string;
  readonly seenAt: Date;
  readonly awaySince: Date | null;
  readonly awayCause: string | null;
}

const reportOf = ({ store, seenAt, awaySince, awayCause }: WorkerRow): WorkerReport => ({
  store: store === 'redis' ? 'redis' : 'postgresql',
  seenAtMs: seenAt.getTime(),
  awaySinceMs: awaySince?.getTime() ?? null,
  awayCause,
});
