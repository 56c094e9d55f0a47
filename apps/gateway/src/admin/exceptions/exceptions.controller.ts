import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { Cosigning } from './cosigning.store.js';
import { ExceptionsStore } from './exceptions.store.js';

@Controller()
export class ExceptionsController {
  constructor(
    @Inject(ExceptionsStore) private readonly exceptions: ExceptionsStore,
    @Inject(Cosigning) private readonly cosigning: Cosigning,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  @Route('exceptionList')
  list({ query }: InputOf<'exceptionList'>, { reach }: Acting) {
    return this.exceptions.list(query, reach);
  }

  @Route('exceptionTotal')
  total({ query }: InputOf<'exceptionTotal'>, { reach }: Acting) {
    return this.exceptions.total(query, reach);
  }

  @Route('exceptionGrant')
  grant(input: InputOf<'exceptionGrant'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'exceptionGrant', input);
  }

  @Route('exceptionCosign')
  cosign({ params, body }: InputOf<'exceptionCosign'>, acting: Acting) {
    const reason = [`co-signature ${body.reference}`, body.reason].filter(Boolean).join(': ');
    return this.transactions.run(changeBy(acting, reason), (transaction) =>
      this.cosigning.record(transaction, params.id, acting.reach),
    );
  }

  @Route('exceptionLink')
  link({ params: { id }, body: { reason, expiresInDays } }: InputOf<'exceptionLink'>, acting: Acting) {
    const change = changeBy(acting, reason);
    return this.transactions.run(change, (transaction) =>
      this.cosigning.link(transaction, change, { id, expiresInDays }, acting.reach),
    );
  }

  @Route('exceptionRevoke')
  revoke({ params, body }: InputOf<'exceptionRevoke'>, acting: Acting) {
    const change = changeBy(acting, body.reason);
    return this.transactions.run(change, (transaction) =>
      this.exceptions.revoke(transaction, change, params.id, acting.reach),
    );
  }
}
