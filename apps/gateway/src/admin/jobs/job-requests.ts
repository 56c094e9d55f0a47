import { payloadFaults } from '@gatehouse/contracts/operation/job-payloads';
import type { InputOf } from '@gatehouse/contracts/routes';
import { isJobName } from '@gatehouse/domain/jobs/job-kinds';
import { Inject, Injectable } from '@nestjs/common';
import { requestJob, retryJob } from '../../adapters/queue/job-records.js';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { conflict, invalid } from '../http/problem.js';
import { type Transaction, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { JobsStore } from './jobs.store.js';

/** Runs and retries jobs for staff. What the audit trail can't record does not happen. */
@Injectable()
export class JobRequests {
  constructor(
    @Inject(JobsStore) private readonly jobs: JobsStore,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem invalid-request, if the payload is not one of this job; conflict, if it waits already */
  run({ params: { job }, body: { payload = {}, reason } }: InputOf<'jobRun'>, acting: Acting) {
    const faults = payloadFaults(job, payload);
    if (faults.length > 0) throw invalid(faults);
    return this.recorded('JOB_REQUESTED', acting, reason, (transaction) =>
      requestJob(transaction, {
        ...{ job, payload: payload as object },
        ...{ by: acting.actor, nowMs: this.now() },
      }),
    );
  }

  /** @throws AdminProblem not-found; conflict, if it has not failed or nobody can say what it was to do */
  retry({ params: { id }, body: { reason } }: InputOf<'jobRetry'>, acting: Acting) {
    return this.recorded('JOB_RETRIED', acting, reason, async (transaction) => {
      const { state, job, payload } = await this.jobs.show(id, transaction);
      if (!isJobName(job)) throw conflict(`This version does not know the job ${job}.`);
      if (state !== 'failed') throw conflict('Only a job that has failed permanently can be retried.');
      if (payload === null)
        throw conflict(
          'What this job was to do is not known: its payload was not one of it, and was not kept.',
        );
      const isRetried = await retryJob(transaction, { id, by: acting.actor, nowMs: this.now() });
      if (!isRetried) throw conflict('Somebody else has retried this job.');
      return id;
    });
  }

  private recorded(
    event: 'JOB_REQUESTED' | 'JOB_RETRIED',
    acting: Acting,
    reason: string,
    request: (transaction: Transaction) => Promise<string>,
  ) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const view = await this.jobs.show(await request(transaction), transaction);
      await this.auditAccess.record(event, acting, {
        job: view.job,
        jobId: view.id,
        turn: view.turn,
        reason,
      });
      return view;
    });
  }
}
