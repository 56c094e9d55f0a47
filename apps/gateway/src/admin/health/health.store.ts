import type { Reach } from '@gatehouse/domain/governance/permissions';
import { isInForce } from '@gatehouse/domain/governance/sro';
import {
  applicationHealth,
  type Health,
  organisationHealth,
  type Standing,
} from '@gatehouse/domain/policy/health';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { applicationIdentity } from '../../adapters/registry/application-rows.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { type ApplicationRows, ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';

const LOOK_BACK_MS = 90 * 86_400_000;

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
    const rows = await this.read({ id: { in: [...ids] } }, reach);
    const healths = await this.healthsOf(rows);
    return rows.map(({ id }, n) => view(id, healths[n] as Health));
  }

  async organisations(odsCodes: readonly string[], reach: Reach) {
    const mine = odsCodes.filter((odsCode) => reach === 'all' || reach.has(odsCode));
    const rows = await this.read({ bindings: { some: { odsCode: { in: mine } } } }, reach);
    const healths = await this.healthsOf(rows);
    const organisations = await this.db.organisation.findMany({ where: { odsCode: { in: mine } } });
    return organisations.map(({ odsCode, state }) => {
      const its = rows.flatMap((row, n) =>
        row.bindings.some((binding) => binding.odsCode === odsCode)
          ? [{ state: row.state, health: healths[n] as Health }]
          : [],
      );
      return view(odsCode, state === 'active' ? organisationHealth(its) : STOPPED);
    });
  }

  private read(where: object, reach: Reach): Promise<ApplicationRows[]> {
    return this.db.application.findMany({
      where: { ...where, AND: ownedWithin(reach) },
      include: WHOLE_APPLICATION,
    });
  }

  private async healthsOf(rows: readonly ApplicationRows[]): Promise<Health[]> {
    const nowMs = this.now();
    const odsCodes = [...new Set(rows.flatMap(({ bindings }) => bindings.map(({ odsCode }) => odsCode)))];
    const [appointments, granted, calls] = await Promise.all([
      this.db.sroAppointment.findMany({ where: { odsCode: { in: odsCodes }, acceptedAt: { not: null } } }),
      this.granted(odsCodes),
      this.trail.newestCalls(
        rows.map(({ id }) => id),
        nowMs - LOOK_BACK_MS,
      ),
    ]);
    const owners = Map.groupBy(appointments, ({ odsCode }) => odsCode);
    return rows.map((row) => {
      const active = row.bindings.filter(({ organisation }) => organisation.state === 'active');
      const { environment, accessMode } = applicationIdentity(row);
      const standing: Standing = {
        environmentKind: this.environments.get(environment)?.kind ?? 'authenticated',
        accessMode,
        organisationActive: active.length > 0,
        state: row.state,
        hasAsid: row.asid !== null,
        hasApiKey: row.apiKey !== null,
        sroInForce: active.some(({ odsCode }) =>
          (owners.get(odsCode) ?? []).some((each) => isInForce(appointmentOf(each), environment, nowMs)),
        ),
        keyActive: row.signingKeys.some(({ state }) => state === 'ACTIVE'),
        hasClient: row.bindings.some(({ odsCode }) => granted.has(grantKey({ ...row, odsCode }))),
      };
      return applicationHealth(standing, calls.get(row.id) ?? null);
    });
  }

  /** The grants of active clients to these organisations. */
  private async granted(odsCodes: readonly string[]): Promise<ReadonlySet<string>> {
    const grants = await this.db.clientGrant.findMany({
      where: { odsCode: { in: [...odsCodes] }, client: { state: 'active' } },
      include: { client: { select: { environmentName: true } } },
    });
    return new Set(
      grants.map(({ client: { environmentName }, ...grant }) => grantKey({ ...grant, environmentName })),
    );
  }
}

interface Granted {
  readonly environmentName: string;
  readonly odsCode: string;
  readonly productName: string;
  readonly accessMode: string;
  readonly capability: string | null;
}

const grantKey = ({ environmentName, odsCode, productName, accessMode, capability }: Granted): string =>
  JSON.stringify([environmentName, odsCode, productName, accessMode, capability]);

const STOPPED: Health = {
  health: 'refused',
  reason: 'stopped',
  code: 'GW_ORGANISATION_SUSPENDED',
  atMs: null,
};

const view = (id: string, { health, reason, code, atMs }: Health) => ({
  ...{ id, health, reason, code },
  at: atMs === null ? null : new Date(atMs).toISOString(),
});
