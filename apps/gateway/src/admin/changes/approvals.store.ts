import type { InputOf } from '@gatehouse/contracts/routes';
import { type DecisionRefusal, decisionRefusal } from '@gatehouse/domain/governance/change-decision';
import { Inject, Injectable } from '@nestjs/common';
import { notify } from '../../adapters/notices/notify.js';
import { AuditAccess } from '../audit/audit-access.js';
import { recordReveal, REVEAL_ACTION } from '../audit/record-reveal.js';
import { type Acting, changeBy, requireReach } from '../http/access/principal.js';
import { AdminProblem, conflict, notFound } from '../http/problem.js';
import { type Change, type Queries, type Transaction, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { decidedNotice } from './change-notices.js';
import { ChangeViews } from './change-views.store.js';
import { requestedOf } from './changes.view.js';
import type { GuardedInput, GuardedRoute } from './guarded.js';
import { GuardedActions } from './guarded-actions.js';
import { PendingChanges } from './pending-changes.store.js';
import { type Proposal, watchWrites } from './written-rows.store.js';

const APPROVE_TIMEOUT_MS = 300_000;

const REFUSALS: Readonly<Record<DecisionRefusal, () => AdminProblem>> = {
  'not-a-person': () => new AdminProblem('forbidden', 'Only a person can decide this, in the console.'),
  'same-person': () =>
    new AdminProblem(
      'same-person',
      'You requested this change. A colleague with the right role must decide it.',
    ),
  role: () =>
    new AdminProblem(
      'missing-role',
      'Your roles do not let you decide this change for all of its organisations.',
    ),
  'not-pending': () => conflict('This change has already been decided.'),
  expired: () => conflict('This request has expired. Submit the change again.'),
};

type Decision = 'approved' | 'rejected' | 'withdrawn' | 'stale';

/** Rolls an approval back that would no longer do what was approved. */
class Stale extends Error {
  override readonly name = 'Stale';
}

/** Decides on the changes that wait for a second person. */
@Injectable()
export class Approvals {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(PendingChanges) private readonly pendingChanges: PendingChanges,
    @Inject(GuardedActions) private readonly actions: GuardedActions,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(ChangeViews) private readonly views: ChangeViews,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Carries a change out if it still writes exactly what was shown. All in one transaction, so that two approvals at
   * once carry it out once.
   * @throws AdminProblem if this person may not, or if the change would now write something else
   */
  async approve(acting: Acting, id: string, { diffHash, reason }: InputOf<'changeApprove'>['body']) {
    const change = {
      ...changeBy(acting, `approved change ${id}: ${reason}`),
      ...(await this.bothPeople(acting, id)),
    };
    const input = await this.preparedInput(id);
    const carryOut = async (transaction: Transaction) => {
      const row = await this.requireDecidable(transaction, acting, id);
      if (row.requester !== null && row.requester.state !== 'active')
        throw conflict('The person who requested this is suspended. Somebody else must submit it again.');
      if (row.diffHash !== diffHash) throw conflict('That is not the diff of this change. Read it again.');
      // A reveal writes nothing: its approval opens it to the person who requested it.
      if (row.action !== REVEAL_ACTION) {
        if (input === null) throw REFUSALS['not-pending']();
        const action = this.actions.named(row.action);
        const writes = await watchWrites(transaction, () => action(transaction, change, input, 'all'));
        const same = isSameProposal(await writes.proposal(), { diffHash, odsCodes: row.odsCodes });
        if (!same) throw new Stale();
      }
      return this.decide(transaction, acting, id, 'approved', reason);
    };
    try {
      return await this.transactions.run(change, carryOut, APPROVE_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      await this.transactions.run(changeBy(acting, reason), (transaction) =>
        this.decide(transaction, acting, id, 'stale', reason),
      );
      throw conflict(
        'The registry has changed since this was requested, and the change would now do something else. Submit it again.',
      );
    }
  }

  reject(acting: Acting, id: string, reason: string) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      await this.requireDecidable(transaction, acting, id);
      return this.decide(transaction, acting, id, 'rejected', reason);
    });
  }

  /** Only by the person or token that requested it. */
  withdraw(acting: Acting, id: string, reason: string | undefined) {
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.pendingChange.findUnique({ where: { id } });
      const isOwn =
        row !== null &&
        (acting.staffId === null
          ? row.requestedByStaff === null && row.requestedByToken === acting.tokenId
          : row.requestedByStaff === acting.staffId);
      if (!isOwn) throw notFound(`change ${id} of yours`);
      if (row.state !== 'pending') throw REFUSALS['not-pending']();
      return this.decide(transaction, acting, id, 'withdrawn', reason ?? null);
    });
  }

  /** What was requested, ready to be carried out; null: there is nothing to carry out. It never changes. */
  private async preparedInput(id: string): Promise<GuardedInput<GuardedRoute> | null> {
    const row = await this.db.pendingChange.findUnique({ where: { id, state: 'pending' } });
    if (row === null || row.action === REVEAL_ACTION) return null;
    const input = (await this.pendingChanges.inputOf(row)) as GuardedInput<GuardedRoute>;
    await this.actions.prepare(row.action, input);
    return input;
  }

  private async requireDecidable(transaction: Transaction, acting: Acting, id: string) {
    const row = await transaction.pendingChange.findUnique({ where: { id }, include: { requester: true } });
    if (row === null) throw notFound(`change ${id}`);
    requireReach(acting.reach, row.odsCodes, `change ${id}`);
    const email = acting.session?.staff.email ?? null;
    const requested = requestedOf(row, row.requester?.email ?? null);
    const refusal = decisionRefusal(requested, { ...acting, email }, this.now());
    if (refusal !== null) throw REFUSALS[refusal]();
    return row;
  }

  private async decide(
    transaction: Transaction,
    acting: Acting,
    id: string,
    state: Decision,
    reason: string | null,
  ) {
    const row = await transaction.pendingChange.update({
      where: { id },
      data: {
        state,
        decidedBy: acting.actor,
        decidedByStaff: acting.staffId,
        decidedAt: new Date(this.now()),
        decisionReason: reason,
      },
    });
    // Recorded before it is committed: a reveal that the audit trail does not have opens nothing.
    if (row.action === REVEAL_ACTION) await recordReveal(this.auditAccess, acting, state, row);
    const notice = decidedNotice(row, state, acting.actor);
    if (notice !== null) await notify(transaction, notice, this.now());
    return this.views.of(row);
  }

  /** A change made by two people bears both their names and ids. */
  private async bothPeople(acting: Acting, id: string): Promise<Pick<Change, 'actor' | 'people'>> {
    const row = await this.db.pendingChange.findUnique({
      where: { id },
      select: { requestedBy: true, requester: { select: { issuer: true, subject: true } } },
    });
    const { actor, people } = changeBy(acting, undefined);
    if (row === null) return { actor, people };
    const requester = row.requester === null ? [] : [row.requester];
    return { actor: `${row.requestedBy}, approved by ${actor}`, people: [...requester, ...people] };
  }
}

function isSameProposal(
  one: Pick<Proposal, 'diffHash' | 'odsCodes'>,
  other: Pick<Proposal, 'diffHash' | 'odsCodes'>,
): boolean {
  const members = (odsCodes: readonly string[]) => JSON.stringify(odsCodes.toSorted());
  return one.diffHash === other.diffHash && members(one.odsCodes) === members(other.odsCodes);
}
