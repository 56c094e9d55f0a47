import type { InputOf } from '@gatehouse/contracts/routes';
import { londonDay } from '@gatehouse/domain/sro';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../principal.js';
import { AdminProblem } from '../problem.js';
import { Input, Route } from '../route.js';
import { accept, listAppointments, review, withdraw } from './sro.store.js';

@Controller()
export class SroController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('sroList')
  list(@Input('sroList') { query }: InputOf<'sroList'>) {
    return listAppointments(this.deps.db, query, this.deps.now());
  }

  @Route('sroAppoint')
  appoint(@Input('sroAppoint') input: InputOf<'sroAppoint'>, @Actor() acting: Acting) {
    return perform(this.deps, acting, 'sroAppoint', input);
  }

  @Route('sroAccept')
  accept(@Input('sroAccept') { params, body }: InputOf<'sroAccept'>, @Actor() acting: Acting) {
    const nowMs = this.deps.now();
    const acceptedOn = body.acceptedOn ?? londonDay(nowMs);
    if (acceptedOn > londonDay(nowMs)) {
      const errors = [
        { pointer: '/acceptedOn', detail: 'an acceptance can’t be recorded before it happens' },
      ];
      throw new AdminProblem('invalid-request', undefined, errors);
    }
    const acceptedAtMs = acceptedOn === londonDay(nowMs) ? nowMs : Date.parse(acceptedOn);
    return accept(this.deps.db, changeBy(acting, body.reason), params.id, acceptedAtMs, nowMs);
  }

  @Route('sroReview')
  review(@Input('sroReview') { params, body }: InputOf<'sroReview'>, @Actor() acting: Acting) {
    return review(this.deps.db, changeBy(acting, body.reason), params.id, body.reviewDueOn, this.deps.now());
  }

  @Route('sroWithdraw')
  withdraw(@Input('sroWithdraw') { params, body }: InputOf<'sroWithdraw'>, @Actor() acting: Acting) {
    return withdraw(this.deps.db, changeBy(acting, body.reason), params.id, this.deps.now());
  }
}
