import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { SignaturesStore } from './signatures.store.js';

@Controller()
export class SignaturesController {
  constructor(
    @Inject(SignaturesStore) private readonly signatures: SignaturesStore,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
  ) {}

  @Route('unrecordedSignatureList')
  list({ query }: InputOf<'unrecordedSignatureList'>, { reach }: Acting) {
    return this.signatures.list(query, reach);
  }

  @Route('unrecordedSignatureReview')
  review({ params, body }: InputOf<'unrecordedSignatureReview'>, acting: Acting) {
    const { reason } = body;
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const { view, requestIds } = await this.signatures.review(transaction, acting, params.id, reason);
      const { key, signingKey, day, count } = view;
      const facts = { key, kid: signingKey?.kid ?? null, day, count, requestIds, reason };
      await this.auditAccess.record('SIGNATURES_REVIEWED', acting, facts);
      return view;
    });
  }
}
