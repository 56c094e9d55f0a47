import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { Transactions } from '../http/transactions.js';
import { KeyEmergencyStore } from './key-emergency.store.js';
import { KeyDisabling } from './key-disabling.js';

@Controller()
export class KeyEmergencyController {
  constructor(
    @Inject(KeyEmergencyStore) private readonly emergencies: KeyEmergencyStore,
    @Inject(KeyDisabling) private readonly disabling: KeyDisabling,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
  ) {}

  @Route('keyEmergencyMake')
  make({ params, body }: InputOf<'keyEmergencyMake'>, acting: Acting) {
    return this.disabling.disableNow(acting, params.kid, body.reason);
  }

  @Route('keyEmergencyList')
  list({ query }: InputOf<'keyEmergencyList'>, { reach }: Acting) {
    return this.emergencies.list(query, reach);
  }

  @Route('keyEmergencyShow')
  show({ params }: InputOf<'keyEmergencyShow'>, { reach }: Acting) {
    return this.emergencies.show(params.id, reach);
  }

  @Route('keyEmergencyReview')
  review({ params, body }: InputOf<'keyEmergencyReview'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), async (transaction) => {
      const view = await this.emergencies.review(transaction, acting, params.id, body.reason);
      const facts = { step: 'reviewed', emergencyId: view.id, kid: view.kid };
      await this.auditAccess.record('KEY_EMERGENCY', acting, facts);
      return view;
    });
  }
}
