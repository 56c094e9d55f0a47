import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { PlanRequests } from './plan-requests.store.js';
import { PlanRuns } from './plan-runs.store.js';

@Controller()
export class PlansController {
  constructor(
    @Inject(PlanRequests) private readonly requests: PlanRequests,
    @Inject(PlanRuns) private readonly runs: PlanRuns,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('impactPlanRequest')
  async request(input: InputOf<'impactPlanRequest'>, acting: Acting) {
    const body = await this.requests.withSteps(input.body, acting);
    const { id } = await this.fourEyes.submit(acting, 'impactPlanRequest', { ...input, body });
    return this.runs.show(id);
  }

  @Route('impactPlanList')
  list({ query }: InputOf<'impactPlanList'>) {
    return this.runs.list(query);
  }

  @Route('impactPlanShow')
  show({ params }: InputOf<'impactPlanShow'>) {
    return this.runs.show(params.id);
  }

  @Route('impactPlanCarryOut')
  carryOut({ params, body }: InputOf<'impactPlanCarryOut'>, acting: Acting) {
    return this.runs.carryOut(acting, params.id, body.reason);
  }

  @Route('impactPlanTick')
  tick({ params, body }: InputOf<'impactPlanTick'>, acting: Acting) {
    return this.runs.tick(acting, params, body.reason);
  }

  @Route('impactPlanEnd')
  end({ params, body }: InputOf<'impactPlanEnd'>, acting: Acting) {
    return this.runs.end(acting, params.id, body.reason);
  }
}
