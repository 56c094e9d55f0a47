import type { InputOf } from '@gatehouse/contracts/routes';
import { Inject, Injectable } from '@nestjs/common';
import { actorFacts } from '../audit/audit-access.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { type Transaction, Transactions } from '../http/transactions.js';
import { UserSessionsStore } from './user-sessions.store.js';
import type { SessionRow } from './user-sessions.view.js';

/** Ends sessions of healthcare workers for staff. One whose end can't be recorded goes on. */
@Injectable()
export class SessionEnding {
  constructor(
    @Inject(UserSessionsStore) private readonly sessions: UserSessionsStore,
    @Inject(AuditTrail) private readonly trail: Pick<AuditTrail, 'record'>,
    @Inject(Transactions) private readonly transactions: Transactions,
  ) {}

  one({ params: { id }, body: { reason } }: InputOf<'userSessionEnd'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await this.sessions.requireLive(transaction, id, acting.reach);
      await this.end(transaction, [row], acting, reason);
      return this.sessions.view(transaction, id);
    });
  }

  ofUser({ body }: InputOf<'userSessionsEnd'>, acting: Acting) {
    return this.transactions.run(changeBy(acting, body.reason), async (transaction) => {
      const rows = await this.sessions.liveOf(transaction, body, acting.reach);
      await this.end(transaction, rows, acting, body.reason);
      return { ended: rows.length };
    });
  }

  private async end(
    transaction: Transaction,
    rows: readonly SessionRow[],
    acting: Acting,
    reason: string,
  ): Promise<void> {
    const ids = rows.map(({ id }) => id);
    await this.sessions.end(transaction, ids, { by: acting.actor, reason }, (event) =>
      this.trail.record({ ...event, facts: { ...event.facts, ...actorFacts(acting) } }),
    );
  }
}
