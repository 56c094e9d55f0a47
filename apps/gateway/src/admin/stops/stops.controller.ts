import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { perform } from '../changes/four-eyes.store.js';
import { type Acting, changeBy } from '../http/principal.js';
import { Route } from '../http/route.js';
import { liftStop, undoes } from './lift.store.js';
import { listStops, makeStop, reviewStop } from './stops.store.js';

@Controller()
export class StopsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('stopList')
  list({ query }: InputOf<'stopList'>, { reach }: Acting) {
    return listStops(this.deps, reach, query);
  }

  @Route('stopMake')
  make({ body }: InputOf<'stopMake'>, acting: Acting) {
    return makeStop(this.deps, acting, body);
  }

  @Route('stopLift')
  async lift(input: InputOf<'stopLift'>, acting: Acting) {
    const { params, body } = input;
    if (!(await undoes(this.deps, acting, params.id))) return perform(this.deps, acting, 'stopLift', input);
    return liftStop(this.deps, changeBy(acting, body.reason), params.id, body.reason, acting.reach);
  }

  @Route('stopReview')
  review({ params, body }: InputOf<'stopReview'>, acting: Acting) {
    return reviewStop(this.deps, acting, params.id, body.reason);
  }
}
