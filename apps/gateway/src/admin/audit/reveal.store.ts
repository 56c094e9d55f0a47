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
import { SubjectKeyGone } from '../../adapters/audit/write/subjects.js';
import type { AwaitingApproval } from '../changes/awaiting-approval.js';
import { type PendingRow, requestedOf, stateOf, viewOf } from '../changes/changes.view.js';
import { keepChange } from '../changes/keep.store.js';
import { hashOf } from '../changes/written-rows.store.js';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { AdminProblem, conflict } from '../http/problem.js';
import { recordReveal, REVEAL_ACTION } from './record-reveal.js';
import { storyWithin } from './story-within.js';

const REFUSALS: Readonly<Record<RevealRefusal, string>> = {
  'not-asked': 'Ask for it first, with a reason; a colleague decides.',
  'not-approved': 'A colleague has not agreed to this.',
  over: 'The hour in which this could be seen is over. Ask anew.',
};

/** @returns what to throw, which answers 202 with the request that waits */
export async function askReveal(
  deps: AdminDeps,
  acting: Acting,
  attemptId: string,
  reason: string,
): Promise<AwaitingApproval> {
  const story = await storyWithin(deps, attemptId, acting);
  const { organisation, requestId } = story;
  if (organisation === null || story.subjects.length === 0)
    throw conflict('The trail keeps no identifier of a patient for this request.');
  const open = await lastAsked(deps, acting, requestId);
  if (open !== null && isOpen(open, deps.now())) throw conflict('You have asked for this already.');
  const id = randomUUID();
  const diff = [diffOf(story, attemptId, acting)];
  const odsCodes = [organisation];
  await recordReveal(deps, acting, 'asked', { id, odsCodes, diff, reason, decisionReason: null });
  return keepChange(deps, acting, {
    id,
    action: REVEAL_ACTION,
    input: { body: { reason } },
    needed: [REVEAL_SECOND_PERSON],
    odsCodes,
    diff,
    diffHash: hashOf(diff),
  });
}

export async function revealStatus(deps: AdminDeps, acting: Acting, attemptId: string) {
  const { requestId } = await storyWithin(deps, attemptId, acting);
  const row = await lastAsked(deps, acting, requestId);
  if (row === null) return { asked: null, shownUntil: null };
  const reveal = revealOf(row);
  const shown = revealRefusal(reveal, acting.staffId, deps.now()) === null;
  return { asked: viewOf(row, deps.now()), shownUntil: shown ? untilOf(reveal) : null };
}

/** @throws AdminProblem forbidden unless this person asked, a second one agreed, and the time is not over */
export async function showIdentifiers(deps: AdminDeps, acting: Acting, attemptId: string): Promise<Revealed> {
  const { requestId } = await storyWithin(deps, attemptId, acting);
  const row = await lastAsked(deps, acting, requestId);
  const reveal = row === null ? null : revealOf(row);
  const refusal = revealRefusal(reveal, acting.staffId, deps.now());
  if (refusal !== null || row === null || reveal === null)
    throw new AdminProblem('forbidden', REFUSALS[refusal ?? 'not-asked']);
  const identifiers = await deps.audit.identifiers(attemptId, acting.reach).catch(sayIfGone);
  await recordReveal(deps, acting, 'shown', row);
  return { shownUntil: untilOf(reveal) ?? '', identifiers: [...identifiers] };
}

function sayIfGone(error: unknown): never {
  if (!(error instanceof SubjectKeyGone)) throw error;
  throw conflict('The key that sealed this identifier is gone, so nobody can read it any more.');
}

/** The newest of this person's own requests about one request of the trail. */
async function lastAsked({ db }: AdminDeps, { staffId }: Acting, requestId: string) {
  if (staffId === null) return null;
  return db.pendingChange.findFirst({
    where: {
      action: REVEAL_ACTION,
      requestedByStaff: staffId,
      diff: { path: ['0', 'key'], equals: requestId },
    },
    orderBy: { requestedAt: 'desc' },
  });
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

/** What the second person is shown: which record, and to whom. */
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
