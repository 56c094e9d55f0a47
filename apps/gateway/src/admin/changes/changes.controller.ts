import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../http/guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Input, Route } from '../http/route.js';
import { approveChange, listChanges, rejectChange, showChange, withdrawChange } from './changes.store.js';

@Controller()
export class ChangesController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('changeList')
  list(@Input('changeList') { query }: InputOf<'changeList'>, @Actor() { reach }: Acting) {
    return listChanges(this.deps, reach, query);
  }

  @Route('changeShow')
  show(@Input('changeShow') { params }: InputOf<'changeShow'>, @Actor() { reach }: Acting) {
    return showChange(this.deps, reach, params.id);
  }

  @Route('changeApprove')
  approve(@Input('changeApprove') { params, body }: InputOf<'changeApprove'>, @Actor() acting: Acting) {
    return approveChange(this.deps, acting, params.id, body);
  }

  @Route('changeReject')
  reject(@Input('changeReject') { params, body }: InputOf<'changeReject'>, @Actor() acting: Acting) {
    return rejectChange(this.deps, acting, params.id, body.reason);
  }

  @Route('changeWithdraw')
  withdraw(@Input('changeWithdraw') { params, body }: InputOf<'changeWithdraw'>, @Actor() acting: Acting) {
    return withdrawChange(this.deps, acting, params.id, body.reason);
  }
}
