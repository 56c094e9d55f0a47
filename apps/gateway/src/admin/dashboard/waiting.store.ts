import { MOST_WAITING } from '@gatehouse/contracts/audit/dashboard-routes';
import { Prisma } from '@gatehouse/db/client';
import { decisionRefusal } from '@gatehouse/domain/governance/change-decision';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { requestedOf } from '../changes/changes.view.js';
import type { Acting } from '../http/access/principal.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

/** Of the changes that wait, the newest. */
const MOST_READ = 500;

/** What waits for one person: what they may decide, review or run again, and nobody has yet. */
@Injectable()
export class WaitingStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async count(acting: Acting) {
    const [approvals, counts] = await Promise.all([this.approvals(acting), this.counts(acting)]);
    return { approvals, ...counts };
  }

  /** By the rule that an approval itself is decided by. */
  private async approvals(acting: Acting): Promise<number> {
    if (reachOf(acting, 'change.decide') === null) return 0;
    const nowMs = this.now();
    const rows = await this.db.pendingChange.findMany({
      where: { state: 'pending', expiresAt: { gt: new Date(nowMs) } },
      omit: { payloadSealed: true, diff: true },
      include: { requester: { select: { email: true } } },
      orderBy: { requestedAt: 'desc' },
      take: MOST_READ,
    });
    const email = acting.session?.staff.email ?? null;
    const decidable = rows.filter(
      ({ requester, ...row }) =>
        decisionRefusal(
          requestedOf({ ...row, diff: null }, requester?.email ?? null),
          { ...acting, email },
          nowMs,
        ) === null,
    );
    return Math.min(decidable.length, MOST_WAITING);
  }

  private async counts(acting: Acting) {
    const review = reviewable(acting);
    const mayRun = reachOf(acting, 'job.run') === 'all';
    const me = acting.staffId;
    const [row] = await this.db.$queryRaw<[Counts]>`
      SELECT
        (SELECT count(*)::int FROM (
          SELECT FROM emergency_stop WHERE reviewed_at IS NULL AND ${review}
             AND stopped_by_staff IS DISTINCT FROM ${me}::uuid LIMIT ${MOST_WAITING}) AS stops) AS stops,
        (SELECT count(*)::int FROM (
          SELECT FROM key_emergency WHERE reviewed_at IS NULL AND ${review}
             AND disabled_by_staff IS DISTINCT FROM ${me}::uuid LIMIT ${MOST_WAITING}) AS keys) AS "keyEmergencies",
        (SELECT count(*)::int FROM (
          SELECT FROM upkeep_finding WHERE watch = 'unrecorded-signature' AND ${review}
           LIMIT ${MOST_WAITING}) AS signatures) AS "unrecordedSignatures",
        (SELECT count(*)::int FROM (
          SELECT FROM background_job WHERE state = 'failed' AND ${mayRun} LIMIT ${MOST_WAITING}) AS jobs) AS "failedJobs"`;
    return row;
  }
}

/** What this person reviews, of rows that name their organisations. */
function reviewable(acting: Acting): Prisma.Sql {
  const reach = reachOf(acting, 'emergency.review');
  if (reach === null || reach === 'all') return Prisma.sql`${reach === 'all'}`;
  return Prisma.sql`cardinality(ods_codes) > 0 AND ods_codes <@ ${[...reach]}::text[]`;
}

interface Counts {
  readonly stops: number;
  readonly keyEmergencies: number;
  readonly unrecordedSignatures: number;
  readonly failedJobs: number;
}
