import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, within, withoutLimit } from '../http/principal.js';
import { Route } from '../http/route.js';
import { listFloors } from './assurance.store.js';

@Controller()
export class AssuranceController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('assuranceList')
  list() {
    return listFloors(this.deps.db);
  }

  @Route('assuranceSet')
  set(input: InputOf<'assuranceSet'>, acting: Acting) {
    const { organisation } = input.body;
    if (organisation === undefined) withoutLimit(acting.reach, 'The floor of all organisations');
    else within(acting.reach, [organisation], `organisation ${organisation}`);
    return perform(this.deps, acting, 'assuranceSet', input);
  }
}
