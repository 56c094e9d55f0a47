import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Approvals } from './approvals.store.js';
import { PendingChanges } from './pending-changes.store.js';

@Controller()
export class ChangesController {
  constructor(
    @Inject(PendingChanges) private readonly pendingChanges: PendingChanges,
    @Inject(Approvals) private readonly approvals: Approvals,
  ) {}

  @Route('changeList')
  list({ query }: InputOf<'changeList'>, { reach }: Acting) {
    return this.pendingChanges.list(query, reach);
  }

  @Route('changeTotal')
  total({ query }: InputOf<'changeTotal'>, { reach }: Acting) {
    return this.pendingChanges.total(query, reach);
  }

  @Route('changeShow')
  show({ params }: InputOf<'changeShow'>, { reach }: Acting) {
    return this.pendingChanges.show(params.id, reach);
  }

  @Route('changeApprove')
  approve({ params, body }: InputOf<'changeApprove'>, acting: Acting) {
    return this.approvals.approve(acting, params.id, body);
  }

  @Route('changeReject')
  reject({ params, body }: InputOf<'changeReject'>, acting: Acting) {
    return this.approvals.reject(acting, params.id, body.reason);
  }

  @Route('changeWithdraw')
  withdraw({ params, body }: InputOf<'changeWithdraw'>, acting: Acting) {
    return this.approvals.withdraw(acting, params.id, body.reason);
  }
}
