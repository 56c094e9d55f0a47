import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../principal.js';
import { Input, Route } from '../route.js';
import { liftStop, listStops, makeStop, reviewStop } from './stops.store.js';

@Controller()
export class StopsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('stopList')
  list(@Input('stopList') { query }: InputOf<'stopList'>, @Actor() { reach }: Acting) {
    return listStops(this.deps, reach, query);
  }

  @Route('stopMake')
  make(@Input('stopMake') { body }: InputOf<'stopMake'>, @Actor() acting: Acting) {
    return makeStop(this.deps, acting, body);
  }

  @Route('stopLift')
  lift(@Input('stopLift') { params, body }: InputOf<'stopLift'>, @Actor() acting: Acting) {
    return liftStop(this.deps, acting, params.id, body.reason);
  }

  @Route('stopReview')
  review(@Input('stopReview') { params, body }: InputOf<'stopReview'>, @Actor() acting: Acting) {
    return reviewStop(this.deps, acting, params.id, body.reason);
  }
}
