import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../http/guard.js';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { Input, Route } from '../http/route.js';
import { linkToCosign } from '../sro/links.store.js';
import { recordCosignature } from './cosign.store.js';
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

  @Route('exceptionCosign')
  cosign(@Input('exceptionCosign') { params, body }: InputOf<'exceptionCosign'>, @Actor() acting: Acting) {
    const { reason, reference } = body;
    const signed = { id: params.id, reach: acting.reach, reference };
    return recordCosignature(this.deps, changeBy(acting, reason), signed);
  }

  @Route('exceptionLink')
  link(@Input('exceptionLink') { params, body }: InputOf<'exceptionLink'>, @Actor() acting: Acting) {
    const { reason, expiresInDays } = body;
    const asked = { id: params.id, reach: acting.reach, expiresInDays };
    return linkToCosign(this.deps, changeBy(acting, reason), asked);
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
