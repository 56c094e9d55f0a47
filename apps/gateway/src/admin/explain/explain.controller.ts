import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../http/guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Input, Route } from '../http/route.js';

@Controller()
export class ExplainController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('explain')
  explain(@Input('explain') { body }: InputOf<'explain'>, @Actor() acting: Acting) {
    return this.deps.explain(body, acting.actor);
  }
}
