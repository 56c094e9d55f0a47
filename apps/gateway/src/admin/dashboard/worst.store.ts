import { lastHours } from '@gatehouse/domain/audit/rollup/figures';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

const MOST = 10;

/** The organisations and clients with the most rejected and failed requests, by their names. */
@Injectable()
export class WorstStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async organisations(reach: Reach, days: number) {
    const counts = await this.auditTrail.worstOrganisations(reach, lastHours(days * 24, this.now()), MOST);
    const rows = await this.db.organisation.findMany({
      where: { odsCode: { in: counts.map(({ odsCode }) => odsCode) } },
      select: { odsCode: true, name: true },
    });
    const names = new Map(rows.map(({ odsCode, name }) => [odsCode, name]));
    return counts.map(({ odsCode, ...counted }) => ({
      organisation: odsCode,
      name: names.get(odsCode) ?? null,
      ...counted,
    }));
  }

  clients(reach: Reach, days: number) {
    return this.auditTrail.worstClients(reach, lastHours(days * 24, this.now()), MOST);
  }
}
