import { busiestMinutes, isNearQuota } from '@gatehouse/domain/audit/traffic';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';

const LOOK_BACK_MS = 15 * 60_000;

/** Applications whose busiest minute of the last 15 minutes comes near their quota, over all replicas. */
@Injectable()
export class NearQuotaStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list(reach: Reach) {
    const toMs = this.now();
    const counts = await this.auditTrail.minutes(reach, { fromMs: toMs - LOOK_BACK_MS, toMs });
    const bindings = await this.db.binding.findMany({
      where: { id: { in: [...new Set(counts.map(({ bindingId }) => bindingId))] } },
      select: { id: true, applicationId: true },
    });
    const busiest = busiestMinutes(
      counts,
      new Map(bindings.map(({ id, applicationId }) => [id, applicationId])),
    );
    const rows = await this.db.application.findMany({
      where: { id: { in: [...busiest.keys()] }, ...ownedWithin(reach) },
      include: WHOLE_APPLICATION,
      orderBy: { id: 'asc' },
    });
    return rows.flatMap((row) => {
      const requestsPerMinute = this.environments.get(row.environmentName)?.requestsPerMinute;
      const callsPerMinute = busiest.get(row.id) ?? 0;
      if (requestsPerMinute === undefined || !isNearQuota(callsPerMinute, requestsPerMinute)) return [];
      return [{ applicationId: row.id, application: nameOf(row), callsPerMinute, requestsPerMinute }];
    });
  }
}
