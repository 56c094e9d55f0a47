import type { InputOf } from '@gatehouse/contracts/routes';
import { londonDay } from '@gatehouse/domain/governance/london-day';
import { Controller, Inject } from '@nestjs/common';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { AdminProblem } from '../http/problem.js';
import { Route } from '../http/route.js';
import { withReviewDay } from './appoint.js';
import { linkToAccept } from './links.store.js';
import { sroOutlook } from './outlook.store.js';
import { accept, listAppointments, review, withdraw } from './sro.store.js';

@Controller()
export class SroController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('sroList')
  list({ query }: InputOf<'sroList'>, { reach }: Acting) {
    return listAppointments(this.deps.db, query, this.deps.now(), reach);
  }

  @Route('sroOutlook')
  outlook({ query }: InputOf<'sroOutlook'>, { reach }: Acting) {
    return sroOutlook(this.deps, query, reach);
  }

  @Route('sroAppoint')
  appoint(input: InputOf<'sroAppoint'>, acting: Acting) {
    const body = withReviewDay(input.body, this.deps.now());
    return perform(this.deps, acting, 'sroAppoint', { ...input, body });
  }

  @Route('sroLink')
  link({ params, body }: InputOf<'sroLink'>, acting: Acting) {
    const { reason, expiresInDays } = body;
    const asked = { id: params.id, reach: acting.reach, expiresInDays };
    return linkToAccept(this.deps, changeBy(acting, reason), asked);
  }

  @Route('sroAccept')
  accept({ params, body }: InputOf<'sroAccept'>, acting: Acting) {
    const nowMs = this.deps.now();
    const acceptedOn = body.acceptedOn ?? londonDay(nowMs);
    if (acceptedOn > londonDay(nowMs)) {
      const errors = [
        { pointer: '/acceptedOn', detail: 'an acceptance can’t be recorded before it happens' },
      ];
      throw new AdminProblem('invalid-request', undefined, errors);
    }
    const acceptedAtMs = acceptedOn === londonDay(nowMs) ? nowMs : Date.parse(acceptedOn);
    const one = { id: params.id, reach: acting.reach };
    return accept(this.deps.db, changeBy(acting, body.reason), one, acceptedAtMs, nowMs);
  }

  @Route('sroReview')
  review({ params, body }: InputOf<'sroReview'>, acting: Acting) {
    const one = { id: params.id, reach: acting.reach };
    return review(this.deps.db, changeBy(acting, body.reason), one, body.reviewDueOn, this.deps.now());
  }

  @Route('sroWithdraw')
  withdraw({ params, body }: InputOf<'sroWithdraw'>, acting: Acting) {
    const one = { id: params.id, reach: acting.reach };
    return withdraw(this.deps.db, changeBy(acting, body.reason), one, this.deps.now());
  }
}
