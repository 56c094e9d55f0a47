import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Route } from '../http/route.js';
import { approveChange, listChanges, rejectChange, showChange, withdrawChange } from './changes.store.js';

@Controller()
export class ChangesController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('changeList')
  list({ query }: InputOf<'changeList'>, { reach }: Acting) {
    return listChanges(this.deps, reach, query);
  }

  @Route('changeShow')
  show({ params }: InputOf<'changeShow'>, { reach }: Acting) {
    return showChange(this.deps, reach, params.id);
  }

  @Route('changeApprove')
  approve({ params, body }: InputOf<'changeApprove'>, acting: Acting) {
    return approveChange(this.deps, acting, params.id, body);
  }

  @Route('changeReject')
  reject({ params, body }: InputOf<'changeReject'>, acting: Acting) {
    return rejectChange(this.deps, acting, params.id, body.reason);
  }

  @Route('changeWithdraw')
  withdraw({ params, body }: InputOf<'changeWithdraw'>, acting: Acting) {
    return withdrawChange(this.deps, acting, params.id, body.reason);
  }
}
