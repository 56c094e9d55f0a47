import type { InputOf } from '@gatehouse/contracts/routes';
import {
  aWeekEarlier,
  figuresOf,
  isComparable,
  lastHours,
  newSince,
} from '@gatehouse/domain/audit/rollup/figures';
import { reasonsByHour, trafficByHour } from '@gatehouse/domain/audit/traffic';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Controller, Inject } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { CatalogueStore } from '../catalogue/catalogue.store.js';
import { type Acting, requireReach } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { CLOCK, type Clock } from '../injected.js';
import { NearQuotaStore } from './near-quota.store.js';
import { ReplicasStore } from './replicas.store.js';
import { TasksStore } from './tasks.store.js';
import { WaitingStore } from './waiting.store.js';
import { WorstStore } from './worst.store.js';

@Controller()
export class DashboardController {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(NearQuotaStore) private readonly nearQuota: NearQuotaStore,
    @Inject(TasksStore) private readonly tasks: TasksStore,
    @Inject(WaitingStore) private readonly waiting: WaitingStore,
    @Inject(CatalogueStore) private readonly catalogue: CatalogueStore,
    @Inject(WorstStore) private readonly worst: WorstStore,
    @Inject(ReplicasStore) private readonly replicas: ReplicasStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Shows nothing of the audit trail but counts, so reading it is not recorded. */
  @Route('dashboardShow')
  async show({ query }: InputOf<'dashboardShow'>, acting: Acting) {
    return {
      ...(await this.traffic(acting.reach, query.days)),
      worst: await this.worst.list(acting.reach, query.days),
      nearQuota: await this.nearQuota.list(acting.reach),
      ...(await this.tasks.read(acting)),
      newerCatalogue: await this.catalogue.newer(),
    };
  }

  @Route('replicaList')
  listReplicas() {
    return this.replicas.read();
  }

  @Route('waitingShow')
  waitingFor(_input: InputOf<'waitingShow'>, acting: Acting) {
    return this.waiting.count(acting);
  }

  @Route('trafficShow')
  trafficOf({ params: { odsCode }, query }: InputOf<'trafficShow'>, { reach }: Acting) {
    requireReach(reach, [odsCode], `organisation ${odsCode}`);
    return this.traffic(new Set([odsCode]), query.days);
  }

  private async traffic(reach: Reach, days: number) {
    const nowMs = this.now();
    const hours = days * 24;
    const { counts, now, lastWeek, beganMs, uncounted } = await this.auditTrail.traffic(reach, hours, nowMs);
    const span = lastHours(hours, nowMs);
    const before = aWeekEarlier(span);
    const occurred = Map.groupBy(counts, ({ code }) => code);
    return {
      figures: figuresOf(now, nowMs - span.fromMs),
      lastWeek: isComparable(before, lastWeek, beganMs)
        ? figuresOf(lastWeek, before.untilMs - before.fromMs)
        : null,
      uncounted,
      traffic: trafficByHour(counts, hours, nowMs).map(({ atMs, ...same }) => ({
        at: new Date(atMs).toISOString(),
        ...same,
      })),
      reasons: reasonsByHour(counts, hours, nowMs).map((reason) => {
        const hoursOfCode = (occurred.get(reason.code) ?? []).map(({ hourMs }) => hourMs);
        const newMs = newSince(hoursOfCode, nowMs);
        return { ...reason, newSince: newMs === null ? null : new Date(newMs).toISOString() };
      }),
    };
  }
}
