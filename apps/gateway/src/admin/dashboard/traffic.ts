import {
  aWeekEarlier,
  figuresOf,
  isComparable,
  lastHours,
  newSince,
} from '@gatehouse/domain/audit/rollup/figures';
import { reasonsByHour, trafficByHour } from '@gatehouse/domain/audit/traffic';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { CLOCK, type Clock } from '../injected.js';

/** Requests within reach by the hour, with the figures and those of the same hours last week. */
@Injectable()
export class Traffic {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async read(reach: Reach, days: number) {
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
