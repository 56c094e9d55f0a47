import { type DecisionRefusal, decisionRefusal } from '@gatehouse/domain/governance/change-decision';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { recordReveal, REVEAL_ACTION } from '../audit/record-reveal.js';
import type { AdminDeps } from '../deps.js';
import { type Paging, pageOf } from '../http/paging.js';
import { type Acting, changeBy, within } from '../http/principal.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import { type Change, changing, type Transaction } from '../http/transaction.store.js';
import { requestedOf, viewOf } from './changes.view.js';
import { GUARDED_ACTIONS, isGuardedAction } from './guarded-actions.js';
import { watching } from './written-rows.store.js';

const APPROVE_TIMEOUT_MS = 300_000;

const REFUSALS: Readonly<Record<DecisionRefusal, () => AdminProblem>> = {
  'not-a-person': () => new AdminProblem('forbidden', 'A person decides this, in the console.'),
  'same-person': () =>
    new AdminProblem('same-person', 'You asked for this change. A colleague with the right role decides it.'),
  role: () =>
    new AdminProblem('missing-role', 'Your roles don’t decide this change for all of its organisations.'),
  'not-pending': () => conflict('This change is decided already.'),
  expired: () => conflict('This request has expired. Whoever wants the change asks anew.'),
};

/** Newest first. */
export async function listChanges(
  { db, now }: AdminDeps,
  reach: Reach,
  { limit, after, state }: Paging & { readonly state?: string | undefined },
) {
  const nowMs = now();
  const [afterAt, afterId] = (after ?? '').split('|', 2);
  const expiry = new Date(nowMs);
  const rows = await db.pendingChange.findMany({
    where: {
      ...(state === undefined ? {} : stateWhere(state, expiry)),
      AND: [
        // Of organisations within reach and no other: none of the others may be among them.
        ...(reach === 'all' ? [] : [{ id: { in: await idsWithin(db, reach) } }]),
        ...(afterId === undefined || afterAt === undefined
          ? []
          : [
              {
                OR: [
                  { requestedAt: { lt: new Date(afterAt) } },
                  { requestedAt: new Date(afterAt), id: { lt: afterId } },
                ],
              },
            ]),
      ],
    },
    orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    ({ requestedAt, id }) => `${requestedAt.toISOString()}|${id}`,
    (row) => viewOf(row, nowMs),
  );
}

export async function showChange({ db, now }: AdminDeps, reach: Reach, id: string) {
  const row = await db.pendingChange.findUnique({ where: { id } });
  if (row === null) throw notFound(`change ${id}`);
  within(reach, row.odsCodes, `change ${id}`);
  return viewOf(row, now());
}

class Stale extends Error {}

/**
 * Carries a change out if it still writes exactly what was shown. All in one transaction: two approvals at once carry
 * it out once.
 * @throws AdminProblem if this person may not, or the registry has changed so that the diff would be another
 */
export async function approveChange(
  deps: AdminDeps,
  acting: Acting,
  id: string,
  { diffHash, reason }: { readonly diffHash: string; readonly reason: string },
) {
  const change = {
    ...changeBy(acting, `approved change ${id}: ${reason}`),
    actor: await bothNames(deps, acting, id),
  };
  const carryOut = async (transaction: Transaction) => {
    const row = await decidable(transaction, deps, acting, id);
    if (row.requester !== null && row.requester.state !== 'active')
      throw conflict('Whoever asked for this is suspended. Somebody else asks for it anew.');
    if (row.diffHash !== diffHash) throw conflict('That is not the diff of this change: read it again.');
    // A reveal writes nothing: that it is approved opens it to whoever asked.
    if (row.action !== REVEAL_ACTION) {
      const watched = await watching(transaction, () => run(deps, { ...change, transaction }, row));
      const written = await watched.written();
      const same = written.diffHash === diffHash && sameMembers(written.odsCodes, row.odsCodes);
      if (!same) throw new Stale();
    }
    return decided(transaction, deps, acting, id, 'approved', reason);
  };
  try {
    return await changing(deps.db, change, carryOut, APPROVE_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    await decided(deps.db, deps, acting, id, 'stale', reason);
    throw conflict(
      'The registry has changed since this was asked for, and the change would now do something else. Ask for it anew.',
    );
  }
}

async function run(
  deps: AdminDeps,
  change: Change,
  { id, action, payloadSealed }: { id: string; action: string; payloadSealed: Uint8Array },
): Promise<unknown> {
  const payload: unknown = JSON.parse(await deps.changeBox.open(payloadSealed, id));
  if (!isGuardedAction(action)) throw new Error(`no action ${action}`);
  const carryOut = GUARDED_ACTIONS[action] as (
    deps: AdminDeps,
    change: Change,
    input: unknown,
    reach: Reach,
  ) => Promise<unknown>;
  return carryOut(deps, change, payload, 'all');
}

export async function rejectChange(deps: AdminDeps, acting: Acting, id: string, reason: string) {
  return changing(deps.db, changeBy(acting, reason), async (transaction) => {
    await decidable(transaction, deps, acting, id);
    return decided(transaction, deps, acting, id, 'rejected', reason);
  });
}

/** By whoever asked: the same person, or the same token. */
export async function withdrawChange(
  deps: AdminDeps,
  acting: Acting,
  id: string,
  reason: string | undefined,
) {
  return changing(deps.db, changeBy(acting, reason), async (transaction) => {
    const row = await transaction.pendingChange.findUnique({ where: { id } });
    const own =
      row !== null &&
      (acting.staffId === null
        ? row.requestedByStaff === null && row.requestedByToken === acting.tokenId
        : row.requestedByStaff === acting.staffId);
    if (!own) throw notFound(`change ${id} of yours`);
    if (row.state !== 'pending') throw REFUSALS['not-pending']();
    return decided(transaction, deps, acting, id, 'withdrawn', reason ?? null);
  });
}

async function decidable(transaction: Transaction, deps: AdminDeps, acting: Acting, id: string) {
  const row = await transaction.pendingChange.findUnique({ where: { id }, include: { requester: true } });
  if (row === null) throw notFound(`change ${id}`);
  within(acting.reach, row.odsCodes, `change ${id}`);
  const email = acting.session?.staff.email ?? null;
  const refusal = decisionRefusal(
    requestedOf(row, row.requester?.email ?? null),
    { ...acting, email },
    deps.now(),
  );
  if (refusal !== null) throw REFUSALS[refusal]();
  return row;
}

async function decided(
  db: Pick<Transaction, 'pendingChange'>,
  deps: AdminDeps,
  acting: Acting,
  id: string,
  state: 'approved' | 'rejected' | 'withdrawn' | 'stale',
  reason: string | null,
) {
  const nowMs = deps.now();
  const row = await db.pendingChange.update({
    where: { id },
    data: {
      state,
      decidedBy: acting.actor,
      decidedByStaff: acting.staffId,
      decidedAt: new Date(nowMs),
      decisionReason: reason,
    },
  });
  // On record before it is committed: a reveal that the trail doesn't know of opens nothing.
  if (row.action === REVEAL_ACTION) await recordReveal(deps, acting, state, row);
  return viewOf(row, nowMs);
}

const sameMembers = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

/** A change made by two people bears both their names. */
async function bothNames({ db }: AdminDeps, acting: Acting, id: string): Promise<string> {
  const row = await db.pendingChange.findUnique({ where: { id }, select: { requestedBy: true } });
  return row === null ? acting.actor : `${row.requestedBy}, approved by ${acting.actor}`;
}

async function idsWithin(db: AdminDeps['db'], reach: ReadonlySet<string>): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM pending_change WHERE cardinality(ods_codes) > 0 AND ods_codes <@ ${[...reach]}::text[]`;
  return rows.map(({ id }) => id);
}

function stateWhere(state: string, now: Date) {
  if (state === 'expired') return { state: 'pending', expiresAt: { lte: now } };
  return state === 'pending' ? { state, expiresAt: { gt: now } } : { state };
}
