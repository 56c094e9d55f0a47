import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { reasonsByHour, trafficByHour } from '@gatehouse/domain/audit/traffic';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, within } from '../http/principal.js';
import { Route } from '../http/route.js';
import { attention } from './attention.store.js';
import { nearQuota } from './near-quota.store.js';

const HOUR_MS = 3_600_000;

@Controller()
export class DashboardController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  /** Of the trail it tells numbers alone, so reading it is not on record. */
  @Route('dashboardShow')
  async show({ query }: InputOf<'dashboardShow'>, acting: Acting) {
    return {
      ...(await this.traffic(acting.reach, query.days)),
      nearQuota: await nearQuota(this.deps, acting),
      ...(await attention(this.deps, acting)),
    };
  }

  @Route('trafficShow')
  ofOrganisation({ params: { odsCode }, query }: InputOf<'trafficShow'>, { reach }: Acting) {
    within(reach, [odsCode], `organisation ${odsCode}`);
    return this.traffic(new Set([odsCode]), query.days);
  }

  private async traffic(reach: Reach, days: number) {
    const toMs = this.deps.now();
    const hours = days * 24;
    const counts = await this.deps.audit.hours(reach, { fromMs: toMs - hours * HOUR_MS, toMs });
    const byHour = trafficByHour(counts, hours, toMs);
    return {
      traffic: byHour.map(({ atMs, ...same }) => ({ at: new Date(atMs).toISOString(), ...same })),
      reasons: reasonsByHour(counts, hours, toMs).map((reason) => ({ ...reason, hours: [...reason.hours] })),
    };
  }
}
