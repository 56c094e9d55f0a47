import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../principal.js';
import { Input, Route } from '../route.js';
import { listExceptions, revokeException } from './exceptions.store.js';

@Controller()
export class ExceptionsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('exceptionList')
  list(@Input('exceptionList') { query }: InputOf<'exceptionList'>, @Actor() { reach }: Acting) {
    return listExceptions(this.deps.db, query, this.deps.now(), reach);
  }

  @Route('exceptionGrant')
  grant(@Input('exceptionGrant') input: InputOf<'exceptionGrant'>, @Actor() acting: Acting) {
    return perform(this.deps, acting, 'exceptionGrant', input);
  }

  @Route('exceptionRevoke')
  revoke(@Input('exceptionRevoke') { params, body }: InputOf<'exceptionRevoke'>, @Actor() acting: Acting) {
    return revokeException(
      this.deps.db,
      changeBy(acting, body.reason),
      params.id,
      this.deps.now(),
      acting.reach,
    );
  }
}
