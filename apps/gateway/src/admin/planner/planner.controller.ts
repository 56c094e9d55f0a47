import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { showAsidPlan } from './asid-plan.store.js';

@Controller()
export class PlannerController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('planShow')
  plan({ body }: InputOf<'planShow'>, { reach }: Acting) {
    return showAsidPlan(this.deps, body, reach);
  }
}
