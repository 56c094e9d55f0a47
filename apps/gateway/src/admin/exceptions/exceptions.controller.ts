import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { Route } from '../http/route.js';
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
  list({ query }: InputOf<'exceptionList'>, { reach }: Acting) {
    return listExceptions(this.deps.db, query, this.deps.now(), reach);
  }

  @Route('exceptionGrant')
  grant(input: InputOf<'exceptionGrant'>, acting: Acting) {
    return perform(this.deps, acting, 'exceptionGrant', input);
  }

  @Route('exceptionCosign')
  cosign({ params, body }: InputOf<'exceptionCosign'>, acting: Acting) {
    const { reason, reference } = body;
    const signed = { id: params.id, reach: acting.reach, reference };
    return recordCosignature(this.deps, changeBy(acting, reason), signed);
  }

  @Route('exceptionLink')
  link({ params, body }: InputOf<'exceptionLink'>, acting: Acting) {
    const { reason, expiresInDays } = body;
    const asked = { id: params.id, reach: acting.reach, expiresInDays };
    return linkToCosign(this.deps, changeBy(acting, reason), asked);
  }

  @Route('exceptionRevoke')
  revoke({ params, body }: InputOf<'exceptionRevoke'>, acting: Acting) {
    return revokeException(
      this.deps.db,
      changeBy(acting, body.reason),
      params.id,
      this.deps.now(),
      acting.reach,
    );
  }
}
