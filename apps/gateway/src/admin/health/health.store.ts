import type { Reach } from '@gatehouse/domain/governance/permissions';
import { type Health, organisationHealth } from '@gatehouse/domain/policy/health';
import { Inject, Injectable } from '@nestjs/common';
import { type ApplicationHealth, applicationHealths } from '../../adapters/health/application-healths.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { ownedWithin } from '../registry/applications.store.js';

/** Whether applications and organisations work, from the registry as it is and the newest call in the trail. */
@Injectable()
export class HealthStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(AuditTrail) private readonly trail: Pick<AuditTrail, 'newestCalls'>,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** What is out of reach, or not there, is left out. */
  async applications(ids: readonly string[], reach: Reach) {
    const healths = await this.decide({ id: { in: [...ids] } }, reach);
    return healths.map(({ id, health }) => view(id, health));
  }

  async organisations(odsCodes: readonly string[], reach: Reach) {
    const mine = odsCodes.filter((odsCode) => reach === 'all' || reach.has(odsCode));
    const healths = await this.decide({ bindings: { some: { odsCode: { in: mine } } } }, reach);
    const organisations = await this.db.organisation.findMany({ where: { odsCode: { in: mine } } });
    return organisations.map(({ odsCode, state }) => {
      const its = healths.filter((each) => each.odsCodes.includes(odsCode));
      return view(odsCode, state === 'active' ? organisationHealth(its) : STOPPED);
    });
  }

  private decide(where: object, reach: Reach): Promise<ApplicationHealth[]> {
    const { db, environments, trail, now } = this;
    return applicationHealths(
      {
        ...{ db, now },
        kindOf: (environment) => environments.get(environment)?.kind,
        newestCalls: (ids, sinceMs) => trail.newestCalls(ids, sinceMs),
      },
      { ...where, AND: ownedWithin(reach) },
    );
  }
}

const STOPPED: Health = {
  ...{ health: 'refused', cause: 'stopped', reason: 'stopped' },
  code: 'GW_ORGANISATION_SUSPENDED',
  atMs: null,
};

const view = (id: string, { health, reason, code, atMs }: Health) => ({
  ...{ id, health, reason, code },
  at: atMs === null ? null : new Date(atMs).toISOString(),
});
