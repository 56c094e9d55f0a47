import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { KeyCreation } from './key-creation.js';
import { KeysStore } from './keys.store.js';

@Controller()
export class KeysController {
  constructor(
    @Inject(KeysStore) private readonly keys: KeysStore,
    @Inject(KeyCreation) private readonly creation: KeyCreation,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  @Route('keyList')
  list({ query }: InputOf<'keyList'>, { reach }: Acting) {
    return this.keys.list(query, reach);
  }

  @Route('keyTotal')
  total({ query }: InputOf<'keyTotal'>, { reach }: Acting) {
    return this.keys.total(query, reach);
  }

  @Route('keyCreate')
  create({ body }: InputOf<'keyCreate'>, acting: Acting) {
    return this.creation.create(acting, body);
  }

  @Route('keyPublish')
  publish({ params, body }: InputOf<'keyPublish'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.keys.publish(transaction, params.kid, acting.reach),
    );
  }

  @Route('keyActivate')
  activate(input: InputOf<'keyActivate'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'keyActivate', input);
  }

  @Route('keyRetire')
  retire(input: InputOf<'keyRetire'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'keyRetire', input);
  }

  @Route('keyRemove')
  remove(input: InputOf<'keyRemove'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'keyRemove', input);
  }
}
