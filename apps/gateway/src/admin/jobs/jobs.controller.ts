import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { JobRequests } from './job-requests.js';
import { JobsStore } from './jobs.store.js';

@Controller()
export class JobsController {
  constructor(
    @Inject(JobsStore) private readonly jobs: JobsStore,
    @Inject(JobRequests) private readonly requests: JobRequests,
  ) {}

  @Route('jobList')
  list({ query }: InputOf<'jobList'>) {
    return this.jobs.list(query);
  }

  @Route('jobTotal')
  total({ query }: InputOf<'jobTotal'>) {
    return this.jobs.total(query);
  }

  @Route('jobShow')
  show({ params }: InputOf<'jobShow'>) {
    return this.jobs.show(params.id);
  }

  @Route('jobRetry')
  retry(input: InputOf<'jobRetry'>, acting: Acting) {
    return this.requests.retry(input, acting);
  }

  @Route('jobKindList')
  kinds() {
    return this.jobs.kinds();
  }

  @Route('jobRun')
  run(input: InputOf<'jobRun'>, acting: Acting) {
    return this.requests.run(input, acting);
  }
}
