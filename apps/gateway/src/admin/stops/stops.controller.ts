import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { AtStakeStore } from './at-stake.store.js';
import { Lifting } from './lifting.store.js';
import { StopsStore } from './stops.store.js';

@Controller()
export class StopsController {
  constructor(
    @Inject(StopsStore) private readonly stops: StopsStore,
    @Inject(Lifting) private readonly lifting: Lifting,
    @Inject(AtStakeStore) private readonly atStake: AtStakeStore,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  @Route('stopList')
  list({ query }: InputOf<'stopList'>, { reach }: Acting) {
    return this.stops.list(query, reach);
  }

  @Route('requestsAtStake')
  requestsAtStake({ query }: InputOf<'requestsAtStake'>, { reach }: Acting) {
    return this.atStake.count(query, reach);
  }

  @Route('stopMake')
  create({ body }: InputOf<'stopMake'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, `emergency stop: ${body.reason}`), (transaction) =>
      this.stops.create(transaction, acting, body),
    );
  }

  /** Without a second person only where somebody takes back their own stop at once. */
  @Route('stopLift')
  async lift(input: InputOf<'stopLift'>, acting: Acting) {
    const reason = `emergency stop lifted: ${input.body.reason}`;
    if (!(await this.lifting.isUndo(acting, input.params.id)))
      return this.fourEyes.submit(acting, 'stopLift', input, { reason });
    const change = changeBy(acting, reason);
    return this.transactions.run(change, (transaction) =>
      this.lifting.lift(transaction, change, input, acting.reach),
    );
  }

  @Route('stopReview')
  review({ params, body }: InputOf<'stopReview'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.stops.review(transaction, acting, params.id, body.reason),
    );
  }
}
