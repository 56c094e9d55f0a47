import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { AsidPlanStore } from './asid-plan.store.js';

@Controller()
export class PlannerController {
  constructor(@Inject(AsidPlanStore) private readonly plans: AsidPlanStore) {}

  @Route('planShow')
  show({ body }: InputOf<'planShow'>, { reach }: Acting) {
    return this.plans.show(body, reach);
  }
}
