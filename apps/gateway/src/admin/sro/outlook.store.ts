import type { SroOutlook } from '@gatehouse/contracts/governance/governance-resources';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { outlook } from '@gatehouse/domain/governance/sro-outlook';
import { sroState } from '@gatehouse/domain/governance/sro';
import { WEEK_MS } from '@gatehouse/domain/audit/rollup/figures';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { WHOLE_APPLICATION } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';

type Gate = Awaited<ReturnType<OutlookStore['gates']>>[number];
type LiveBinding = Awaited<ReturnType<OutlookStore['liveBindings']>>[number];

/** Whose application-restricted access closes next, and what stops with it. */
@Injectable()
export class OutlookStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Organisations whose access is closed or closes within so many days, the soonest first. */
  async list(
    { days, limit }: { readonly days: number; readonly limit: number },
    reach: Reach,
  ): Promise<{ items: SroOutlook[] }> {
    const nowMs = this.now();
    const horizon = addDays(londonDay(nowMs), days);
    const gates = (await this.gates(reach, nowMs))
      .filter(({ gate, openUntil }) => gate !== 'open' || openUntil === null || openUntil <= horizon)
      .toSorted((one, other) => (one.openUntil ?? '').localeCompare(other.openUntil ?? ''))
      .slice(0, limit);
    const bindings = await this.liveBindings(gates);
    const requests = await this.auditTrail.requestsByBinding(
      bindings.map(({ bindingId, odsCode }) => ({ id: bindingId, odsCode })),
      nowMs - WEEK_MS,
    );
    return { items: gates.map((gate) => viewOf(gate, bindings, requests, nowMs)) };
  }

  /** Every organisation and environment with a live application-restricted application, and how its gate stands. */
  async gates(reach: Reach, nowMs: number) {
    const gated = [...this.environments].filter(([, { kind }]) => kind === 'authenticated');
    const gates = await this.db.binding.groupBy({
      by: ['odsCode', 'environment'],
      where: {
        live: true,
        accessMode: 'application-restricted',
        environment: { in: gated.map(([name]) => name) },
        ...(reach === 'all' ? {} : { odsCode: { in: [...reach] } }),
      },
    });
    const appointments = Map.groupBy(
      await this.db.sroAppointment.findMany({
        where: reach === 'all' ? {} : { odsCode: { in: [...reach] } },
        orderBy: { appointedAt: 'desc' },
      }),
      ({ odsCode }) => odsCode,
    );
    return gates.map(({ odsCode, environment }) => {
      const rows = appointments.get(odsCode) ?? [];
      const appointed = rows.map((row) => ({ ...appointmentOf(row), deputy: row.role === 'deputy' }));
      return { odsCode, environment, rows, ...outlook(appointed, environment, nowMs) };
    });
  }

  /** The live bindings that these gates close. */
  async liveBindings(gates: readonly Gate[]) {
    const bindings = await this.db.binding.findMany({
      where: {
        live: true,
        accessMode: 'application-restricted',
        OR: gates.map(({ odsCode, environment }) => ({ odsCode, environment })),
      },
      include: { organisation: true, application: { include: WHOLE_APPLICATION } },
    });
    return bindings.map(({ id, odsCode, environment, organisation, application }) => ({
      bindingId: id,
      odsCode,
      environment,
      organisation: organisation.name,
      application: nameOf(application),
    }));
  }
}

function viewOf(
  { odsCode, environment, gate, openUntil, rows }: Gate,
  liveBindings: readonly LiveBinding[],
  requests: ReadonlyMap<string, number>,
  nowMs: number,
): SroOutlook {
  const bindings = liveBindings.filter(
    (binding) => binding.odsCode === odsCode && binding.environment === environment,
  );
  const appointment = rows.find(
    ({ environments, withdrawnAt }) => environments.includes(environment) && withdrawnAt === null,
  );
  return {
    organisation: odsCode,
    name: bindings[0]?.organisation ?? '',
    environment,
    gate,
    openUntil,
    sro:
      appointment === undefined
        ? null
        : {
            id: appointment.id,
            name: appointment.name,
            email: appointment.email,
            state: sroState(appointmentOf(appointment), nowMs),
          },
    applications: bindings.map(({ application }) => application),
    requests: bindings.reduce((sum, { bindingId }) => sum + (requests.get(bindingId) ?? 0), 0),
  };
}
