import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { WEEK_MS } from '@gatehouse/domain/audit/rollup/figures';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

/** How many requests of the last seven days a stop would have rejected. An id that nobody has finds no request. */
@Injectable()
export class AtStakeStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async count({ of, id, environment, interaction }: InputOf<'requestsAtStake'>['query'], reach: Reach) {
    const sinceMs = this.now() - WEEK_MS;
    switch (of) {
      case 'organisation':
        return this.auditTrail.requestsAtStake({ odsCodes: id.split(',') }, reach, sinceMs);
      case 'application':
        return this.auditTrail.requestsAtStake(
          { applicationIds: id.split(','), interaction },
          reach,
          sinceMs,
        );
      case 'client': {
        const client = await this.db.client.findFirst({
          where: { name: id, ...(environment === undefined ? {} : { environmentName: environment }) },
        });
        return this.auditTrail.requestsAtStake({ clientId: client?.id ?? '' }, reach, sinceMs);
      }
      case 'client-key': {
        const key = await this.db.clientCredential.findFirst({ where: { keyId: id } });
        return this.auditTrail.requestsWithKey({ clientId: key?.clientId ?? '', keyId: id }, reach, sinceMs);
      }
    }
  }
}
