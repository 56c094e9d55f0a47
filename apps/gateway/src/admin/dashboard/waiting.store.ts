import { MOST_WAITING } from '@gatehouse/contracts/audit/dashboard-routes';
import { Prisma } from '@gatehouse/db/client';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { DecidableChanges } from '../changes/decidable-changes.store.js';
import type { Acting } from '../http/access/principal.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

/** What waits for one person: what they may decide, review or run again, and nobody has yet. */
@Injectable()
export class WaitingStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(DecidableChanges) private readonly decidable: DecidableChanges,
  ) {}

  async count(acting: Acting) {
    const [changes, counts] = await Promise.all([this.decidable.of(acting), this.counts(acting)]);
    return { approvals: Math.min(changes.length, MOST_WAITING), ...counts };
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
