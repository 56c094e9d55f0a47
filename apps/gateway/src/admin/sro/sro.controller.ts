import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { withReviewDay } from './appointing.store.js';
import { AppointmentsStore } from './appointments.store.js';
import { SroLinks } from './links.js';
import { OutlookStore } from './outlook.store.js';

@Controller()
export class SroController {
  constructor(
    @Inject(AppointmentsStore) private readonly appointments: AppointmentsStore,
    @Inject(OutlookStore) private readonly outlooks: OutlookStore,
    @Inject(SroLinks) private readonly links: SroLinks,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('sroList')
  list({ query }: InputOf<'sroList'>, { reach }: Acting) {
    return this.appointments.list(query, reach);
  }

  @Route('sroTotal')
  total({ query }: InputOf<'sroTotal'>, { reach }: Acting) {
    return this.appointments.total(query, reach);
  }

  @Route('sroOutlook')
  outlook({ query }: InputOf<'sroOutlook'>, { reach }: Acting) {
    return this.outlooks.list(query, reach);
  }

  @Route('sroAppoint')
  appoint(input: InputOf<'sroAppoint'>, acting: Acting) {
    const body = withReviewDay(input.body, this.now());
    return this.fourEyes.submit(acting, 'sroAppoint', { ...input, body });
  }

  @Route('sroLink')
  link({ params: { id }, body: { reason, expiresInDays } }: InputOf<'sroLink'>, acting: Acting) {
    const change = changeBy(acting, reason);
    return this.transactions.run(change, (transaction) =>
      this.links.toAccept(transaction, change, { id, expiresInDays }, acting.reach),
    );
  }

  @Route('sroAccept')
  accept({ params, body }: InputOf<'sroAccept'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.appointments.accept(transaction, params.id, body, acting.reach),
    );
  }

  @Route('sroReview')
  review({ params, body }: InputOf<'sroReview'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.appointments.review(transaction, params.id, body, acting.reach),
    );
  }

  @Route('sroWithdraw')
  withdraw({ params, body }: InputOf<'sroWithdraw'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.appointments.withdraw(transaction, params.id, acting.reach),
    );
  }
}
