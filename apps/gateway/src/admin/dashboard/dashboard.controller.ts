import type { InputOf } from '@gatehouse/contracts/routes';
import { reasonsByHour, trafficByHour } from '@gatehouse/domain/traffic';
import { Controller, Inject } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, within } from '../principal.js';
import { Input, Route } from '../route.js';
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
  async show(@Input('dashboardShow') { query }: InputOf<'dashboardShow'>, @Actor() whole: Acting) {
    const acting = query.organisation === undefined ? whole : narrowed(whole, query.organisation);
    const toMs = this.deps.now();
    const hours = query.days * 24;
    const counts = await this.deps.audit.hours(acting.reach, { fromMs: toMs - hours * HOUR_MS, toMs });
    const traffic = trafficByHour(counts, hours, toMs);
    return {
      traffic: traffic.map(({ atMs, ...same }) => ({ at: new Date(atMs).toISOString(), ...same })),
      reasons: reasonsByHour(counts, hours, toMs).map((reason) => ({ ...reason, hours: [...reason.hours] })),
      nearQuota: await nearQuota(this.deps, acting),
      ...(await attention(this.deps, acting)),
    };
  }
}

/** @throws AdminProblem not-found, if it is out of reach */
function narrowed(acting: Acting, odsCode: string): Acting {
  within(acting.reach, [odsCode], `organisation ${odsCode}`);
  return { ...acting, reach: new Set([odsCode]) };
}
