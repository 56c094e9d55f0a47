import type { InputOf } from '@gatehouse/contracts/routes';
import { londonDay } from '@gatehouse/domain/sro';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { endOfLondonDayMs } from '../london-time.js';
import { type Acting, changeBy } from '../principal.js';
import { AdminProblem } from '../problem.js';
import { Input, Route } from '../route.js';
import { grantException, listExceptions, revokeException } from './exceptions.store.js';

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
  grant(@Input('exceptionGrant') { body }: InputOf<'exceptionGrant'>, @Actor() acting: Acting) {
    const nowMs = this.deps.now();
    if (body.expiresOn < londonDay(nowMs)) {
      const errors = [{ pointer: '/expiresOn', detail: 'name today or a day to come' }];
      throw new AdminProblem('invalid-request', undefined, errors);
    }
    const { expiresOn, reason, ...of } = body;
    const exception = { ...of, expiresAtMs: endOfLondonDayMs(expiresOn) };
    return grantException(this.deps.db, changeBy(acting, reason), exception, nowMs, acting.reach);
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
