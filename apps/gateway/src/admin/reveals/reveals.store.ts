import { randomUUID } from 'node:crypto';
import type { RequestStory, Revealed } from '@gatehouse/contracts/audit/audit-resources';
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import {
  type Reveal,
  REVEAL_SECOND_PERSON,
  revealRefusal,
  type RevealRefusal,
  shownUntilMs,
} from '@gatehouse/domain/governance/reveal';
import { Inject, Injectable } from '@nestjs/common';
import { SubjectKeyGone } from '../../adapters/audit/write/subjects.js';
import { AuditAccess } from '../audit/audit-access.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { recordReveal, REVEAL_ACTION } from '../audit/record-reveal.js';
import { requireStory } from '../audit/require-story.js';
import { ChangeViews } from '../changes/change-views.store.js';
import { type PendingRow, requestedOf, stateOf } from '../changes/changes.view.js';
import { PendingChanges } from '../changes/pending-changes.store.js';
import { hashOf } from '../changes/written-rows.store.js';
import type { Acting } from '../http/access/principal.js';
import type { AwaitingApproval } from '../http/awaiting-approval.js';
import { AdminProblem, conflict } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

const REFUSALS: Readonly<Record<RevealRefusal, string>> = {
  'not-asked': 'Request it first, with a reason. A colleague decides.',
  'not-approved': 'No colleague has approved this.',
  over: 'The hour in which this could be seen is over. Request it again.',
};

/** Shows the patient identifiers of a request, once a second person has approved it and for an hour. */
@Injectable()
export class RevealsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(PendingChanges) private readonly pendingChanges: PendingChanges,
    @Inject(ChangeViews) private readonly views: ChangeViews,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @returns what to throw, which answers 202 with the request that waits */
  async request(acting: Acting, attemptId: string, reason: string): Promise<AwaitingApproval> {
    const story = await requireStory(this.auditTrail, attemptId, acting.reach);
    const { organisation, requestId } = story;
    if (organisation === null || story.subjects.length === 0)
      throw conflict('The audit trail has no patient identifier for this request.');
    const former = await this.latestOwn(acting, requestId);
    if (former !== null && isOpen(former, this.now())) throw conflict('You have already requested this.');
    const id = randomUUID();
    const diff = [diffOf(story, attemptId, acting)];
    const odsCodes = [organisation];
    const row = { id, odsCodes, diff, reason, decisionReason: null };
    await recordReveal(this.auditAccess, acting, 'asked', row);
    return this.pendingChanges.keep(acting, {
      id,
      action: REVEAL_ACTION,
      input: { body: { reason } },
      needed: [REVEAL_SECOND_PERSON],
      odsCodes,
      diff,
      diffHash: hashOf(diff),
    });
  }

  async status(acting: Acting, attemptId: string) {
    const { requestId } = await requireStory(this.auditTrail, attemptId, acting.reach);
    const row = await this.latestOwn(acting, requestId);
    if (row === null) return { asked: null, shownUntil: null };
    const nowMs = this.now();
    const reveal = revealOf(row);
    const isShown = revealRefusal(reveal, acting.staffId, nowMs) === null;
    return { asked: await this.views.of(row), shownUntil: isShown ? untilOf(reveal) : null };
  }

  /** @throws AdminProblem forbidden, unless this person requested it, a second one approved, and the hour is not over */
  async show(acting: Acting, attemptId: string): Promise<Revealed> {
    const { requestId } = await requireStory(this.auditTrail, attemptId, acting.reach);
    const row = await this.latestOwn(acting, requestId);
    const reveal = row === null ? null : revealOf(row);
    const refusal = revealRefusal(reveal, acting.staffId, this.now());
    if (refusal !== null || row === null || reveal === null)
      throw new AdminProblem('forbidden', REFUSALS[refusal ?? 'not-asked']);
    const identifiers = await this.auditTrail.identifiers(attemptId, acting.reach).catch(conflictIfKeyGone);
    await recordReveal(this.auditAccess, acting, 'shown', row);
    return { shownUntil: untilOf(reveal) ?? '', identifiers: [...identifiers] };
  }

  /** The newest of this person's own requests to see the identifiers of one request. */
  private async latestOwn({ staffId }: Acting, requestId: string) {
    if (staffId === null) return null;
    return this.db.pendingChange.findFirst({
      where: {
        action: REVEAL_ACTION,
        requestedByStaff: staffId,
        diff: { path: ['0', 'key'], equals: requestId },
      },
      orderBy: { requestedAt: 'desc' },
    });
  }
}

function conflictIfKeyGone(error: unknown): never {
  if (!(error instanceof SubjectKeyGone)) throw error;
  throw conflict('The key that sealed this identifier is gone, so nobody can read it any more.');
}

function revealOf(row: PendingRow): Reveal {
  return { ...requestedOf(row, null), decidedAtMs: row.decidedAt?.getTime() ?? null };
}

function isOpen(row: PendingRow, nowMs: number): boolean {
  return stateOf(row, nowMs) === 'pending' || (shownUntilMs(revealOf(row)) ?? 0) > nowMs;
}

function untilOf(reveal: Reveal): string | null {
  const untilMs = shownUntilMs(reveal);
  return untilMs === null ? null : new Date(untilMs).toISOString();
}

/** What the second person sees: which record is to be shown, and to whom. */
function diffOf(story: RequestStory, attemptId: string, { actor }: Acting): DiffRow {
  return {
    table: 'audit_record',
    key: story.requestId,
    before: { identifier: 'hidden' },
    after: {
      identifier: 'shown for an hour',
      to: actor,
      attempt_id: attemptId,
      time: story.startedAt,
      interaction: story.interaction,
      client: story.client,
      patients: story.subjects.map(({ kind, count }) => `${count} by ${kind}`).join(', '),
    },
  };
}
