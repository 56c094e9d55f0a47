import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { type Acting, changeBy, requireNoLimit } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { AccessReviewStore } from './access-review.store.js';

@Controller()
export class AccessReviewController {
  constructor(
    @Inject(AccessReviewStore) private readonly review: AccessReviewStore,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  @Route('accessReviewList')
  list({ query }: InputOf<'accessReviewList'>, acting: Acting) {
    requireNoLimit(acting.reach, 'The access review');
    return this.review.list(query, acting);
  }

  /** The history of the registry keeps who confirmed it and why. */
  @Route('accessConfirm')
  confirm({ params, body }: InputOf<'accessConfirm'>, acting: Acting) {
    requireNoLimit(acting.reach, 'The access review');
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.review.confirm(transaction, acting, params.id),
    );
  }
}
