import type {
  RollupComparisonView,
  RollupsView,
  TrailArchiveView,
  TrailVerificationView,
  TrailView,
} from '@gatehouse/contracts/audit/trail-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { CHAIN_FAULTS, type ChainFault } from '@gatehouse/domain/audit/chain-check';
import type { RollupDifference } from '@gatehouse/domain/audit/rollup/difference';
import { Controller, Inject } from '@nestjs/common';
import type { ArchiveStatus } from '../../adapters/audit/archive/archive-status.js';
import type { CheckpointStatus, StoredTrail } from '../../adapters/audit/read/trail-status.js';
import { type StoredRun, unverifiedOf } from '../../adapters/audit/read/verification-status.js';
import { emptyRollups, type RollupStatus } from '../../adapters/audit/rollup/rollup.store.js';
import type { StreamStatus } from '../../adapters/audit/stream/stream.store.js';
import { beginPass, type Pass } from '../../adapters/audit/verify/verification.store.js';
import { requestJobs } from '../../adapters/queue/job-records.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { instantCursor, pageOf } from '../http/paging.js';
import { conflict } from '../http/problem.js';
import { Transactions } from '../http/transactions.js';
import { AuditAccess } from './audit-access.js';
import { Route } from '../http/route/route.js';
import { CLOCK, type Clock } from '../injected.js';
import { AuditTrail } from './audit-trail.js';

const MOST_CHAINS = 100;
/** For one answer; the caller goes on where it ends. */
const COMPARE_MS = 10_000;

/** The trail as a whole. It shows no record, so looking at it is not recorded. */
@Controller()
export class TrailController {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('trailShow')
  async show(): Promise<TrailView> {
    const trail = await this.auditTrail.status(this.now());
    const { chains, checkpoints, streams, uncovered, missing, records, monthsAhead, verification } = trail;
    return {
      ...{ records, monthsAhead, chainCount: chains.length },
      chains: chains
        .slice(0, MOST_CHAINS)
        .map(({ writer, host, phase, startedAtMs, seq, uncovered, isBehind }) => ({
          ...{ writer, host, phase, startedAt: instantOf(startedAtMs), records: seq, uncovered, isBehind },
          ...verifiedOf(verification.chains.get(writer)),
        })),
      checkpoints: checkpoints === null ? null : { ...viewOf(checkpoints), uncovered, missing: [...missing] },
      streams: streams.map(streamOf),
      archive: archiveOf(trail.archive, this.now()),
      verification: verificationOf(trail),
    };
  }

  /** Shows no record either. */
  @Route('verificationList')
  async runs({ query: { limit, after } }: InputOf<'verificationList'>) {
    const rows = await this.auditTrail.verifications(limit + 1, after);
    return pageOf(rows, limit, ({ beganAtMs, id }) => instantCursor(new Date(beganAtMs), id), runOf);
  }

  /** What the audit trail can't record does not happen. @throws AdminProblem conflict, if it is under way */
  @Route('verificationRequest')
  verify({ body: { reason } }: InputOf<'verificationRequest'>, acting: Acting) {
    const nowMs = this.now();
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      if (!(await beginPass(transaction, acting.actor, nowMs)))
        throw conflict('The whole trail is being verified already.');
      await requestJobs(transaction, {
        ...{ job: 'audit-verification', payloads: [{}], by: acting.actor, nowMs },
      });
      await this.auditAccess.record('TRAIL_VERIFICATION_REQUESTED', acting, { reason });
      return { begunAt: instantOf(nowMs), requestedBy: acting.actor };
    });
  }

  @Route('rollupShow')
  async rollups(): Promise<RollupsView> {
    return rollupsOf(await this.auditTrail.rollups());
  }

  /** Shows numbers alone. */
  @Route('rollupCompare')
  async compareRollups({ query }: InputOf<'rollupCompare'>): Promise<RollupComparisonView> {
    const endMs = performance.now() + COMPARE_MS;
    const { closedUntilMs, hours, nextMs, differences } = await this.auditTrail.compareRollups({
      ...{ fromMs: Date.parse(query.from), untilMs: Date.parse(query.until), nowMs: this.now() },
      isOver: () => performance.now() >= endMs,
    });
    return {
      ...{ closedUntil: instantOf(closedUntilMs), hours: hours.length },
      next: nextMs === null ? null : instantOf(nextMs),
      differences: differences.map(differenceOf),
    };
  }

  /** What the audit trail can't record does not happen. */
  @Route('rollupRebuild')
  async rebuildRollups({ body: { reason } }: InputOf<'rollupRebuild'>, acting: Acting): Promise<RollupsView> {
    const nowMs = this.now();
    await this.transactions.run(changeBy(acting, reason), async (transaction) => {
      await emptyRollups(transaction);
      await requestJobs(transaction, {
        ...{ job: 'audit-rollups', payloads: [{}], by: acting.actor, nowMs },
      });
      await this.auditAccess.record('ROLLUPS_REBUILT', acting, { reason });
    });
    return rollupsOf(await this.auditTrail.rollups());
  }
}

function streamOf({
  place,
  waiting,
  completeAtMs,
  takenAtMs,
  failing,
}: StreamStatus): TrailView['streams'][number] {
  return {
    ...{ place, waiting },
    completeAt: completeAtMs === null ? null : instantOf(completeAtMs),
    takenAt: takenAtMs === null ? null : instantOf(takenAtMs),
    failing: failing === null ? null : { since: instantOf(failing.sinceMs), cause: failing.cause },
  };
}

function archiveOf({ months, next, failing }: ArchiveStatus, nowMs: number): TrailArchiveView {
  return {
    months: months.map(({ archivedAtMs, removedAtMs, places, ...month }) => ({
      ...{ ...month, archivedAt: instantOf(archivedAtMs), places: [...places] },
      removedAt: removedAtMs === null ? null : instantOf(removedAtMs),
    })),
    next:
      next === null
        ? null
        : { month: next.month, dueAt: instantOf(next.dueAtMs), isDue: nowMs >= next.dueAtMs },
    failing: failing === null ? null : { since: instantOf(failing.sinceMs), cause: failing.cause },
  };
}

function rollupsOf({ records, uncounted, countedAtMs }: RollupStatus): RollupsView {
  return { records, uncounted, countedAt: countedAtMs === null ? null : instantOf(countedAtMs) };
}

function differenceOf({ key, rolledUp, inTrail }: RollupDifference) {
  const [hour = null, environment = null, odsCode = null, clientId = null, applicationId = null, ...rest] =
    key;
  const [interaction = null, outcome = null, code = null] = rest;
  return {
    ...{ hour: instantOf(Number(hour)), environment, odsCode, clientId, applicationId },
    ...{ interaction, outcome, code, rolledUp, inTrail },
  };
}

function verifiedOf(chain: { readonly seq: number; readonly atMs: number; readonly by: string } | undefined) {
  if (chain === undefined || chain.seq === 0) return { verifiedTo: 0, verifiedAt: null, verifiedBy: null };
  return { verifiedTo: chain.seq, verifiedAt: instantOf(chain.atMs), verifiedBy: chain.by };
}

function verificationOf({ verification, chains }: StoredTrail): TrailVerificationView {
  const { lastRun, completed, open, faults } = verification;
  return {
    unverified: unverifiedOf(verification, chains),
    lastRunAt: lastRun === null ? null : instantOf(lastRun.endedAtMs),
    lastRunBy: lastRun?.requestedBy ?? null,
    whole: completed === null ? null : { ...passOf(completed), endedAt: instantOf(completed.endedAtMs) },
    wholeUnderWay: open === null ? null : passOf(open),
    faults: faults.map((fault) => ({ ...faultOf(fault), foundAt: instantOf(fault.foundAtMs) })),
  };
}

const passOf = ({ begunAtMs, requestedBy }: Pass) => ({ begunAt: instantOf(begunAtMs), requestedBy });

function faultOf({ writer, seq, kind }: ChainFault & { readonly writer: string }) {
  return { writer, seq, fault: kind, text: CHAIN_FAULTS[kind] };
}

function runOf({ beganAtMs, endedAtMs, isWhole, faultCount, firstFault, ...run }: StoredRun) {
  const { id, completes, requestedBy, records, chains, checkpoint } = run;
  return {
    ...{ id, completes, requestedBy, records, chains, checkpoint, faults: faultCount },
    scope: isWhole ? ('whole' as const) : ('new' as const),
    ...{ beganAt: instantOf(beganAtMs), endedAt: instantOf(endedAtMs) },
    firstFault: firstFault === null ? null : faultOf(firstFault),
  };
}

function viewOf({ sequence, madeAtMs, lastBehind, places }: CheckpointStatus) {
  return {
    ...{ sequence, madeAt: instantOf(madeAtMs) },
    lastBehind:
      lastBehind === null ? null : { sequence: lastBehind.sequence, madeAt: instantOf(lastBehind.madeAtMs) },
    places: places.map(({ storedAtMs, ...place }) => ({ ...place, storedAt: instantOf(storedAtMs) })),
  };
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
