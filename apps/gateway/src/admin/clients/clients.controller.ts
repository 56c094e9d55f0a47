import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { ClientsStore } from './clients.store.js';

@Controller()
export class ClientsController {
  constructor(
    @Inject(ClientsStore) private readonly clients: ClientsStore,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  @Route('clientsList')
  list({ query }: InputOf<'clientsList'>, { reach }: Acting) {
    return this.clients.list(query, reach);
  }

  @Route('clientsTotal')
  total({ query }: InputOf<'clientsTotal'>, { reach }: Acting) {
    return this.clients.total(query, reach);
  }

  @Route('clientKeyIssue')
  issueKey(input: InputOf<'clientKeyIssue'>, acting: Acting) {
    const change = changeBy(acting, input.body.reason);
    return this.transactions.run(change, (transaction) =>
      this.clients.issueKey(transaction, change, input, acting.reach),
    );
  }

  @Route('clientKeyRevoke')
  revokeKey({ params, body }: InputOf<'clientKeyRevoke'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), (transaction) =>
      this.clients.revokeKey(transaction, params.keyId, acting.reach),
    );
  }
}
