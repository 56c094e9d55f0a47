import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy, within, withoutLimit } from '../principal.js';
import { Input, Route } from '../route.js';
import { listFloors, setFloor } from './assurance.store.js';

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
  set(@Input('assuranceSet') { body }: InputOf<'assuranceSet'>, @Actor() acting: Acting) {
    const { organisation = null } = body;
    if (organisation === null) withoutLimit(acting.reach, 'The floor of all organisations');
    else within(acting.reach, [organisation], `organisation ${organisation}`);
    const change = changeBy(acting, body.reason);
    return setFloor(this.deps.db, change, organisation, body.minimumLevel);
  }
}
