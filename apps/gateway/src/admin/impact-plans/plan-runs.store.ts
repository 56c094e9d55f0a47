import type { InputOf } from '@gatehouse/contracts/routes';
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import { nextToCarryOut } from '@gatehouse/domain/impact/plan-progress';
import { Inject, Injectable } from '@nestjs/common';
import { AuditAccess } from '../audit/audit-access.js';
import { watchWrites } from '../changes/written-rows.store.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { instantCursor, olderThan, pageOf } from '../http/paging.js';
import { conflict, notFound } from '../http/problem.js';
import { Problems } from '../http/problems.js';
import { type Queries, type Transaction, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { PlanActions } from './plan-actions.store.js';
import { PlanStates } from './plan-states.js';
import { planInList, planView } from './plan.view.js';
import { type PlanRow, type StoredStep, stepsOf } from './stored-plan.js';

const STEP_TIMEOUT_MS = 300_000;
const WITH_RECORDED = { recorded: true } as const;

/** Carries approved plans out, one step after the other, each in a transaction of its own. */
@Injectable()
export class PlanRuns {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(PlanActions) private readonly actions: PlanActions,
    @Inject(PlanStates) private readonly states: PlanStates,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Problems) private readonly problems: Problems,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Newest first. */
  async list({ limit, after, state }: InputOf<'impactPlanList'>['query']) {
    const rows = await this.db.impactPlan.findMany({
      where: {
        ...(state === undefined ? {} : { endedAt: state === 'open' ? null : { not: null } }),
        ...(after === undefined ? {} : olderThan('authorisedAt', after)),
      },
      include: WITH_RECORDED,
      orderBy: [{ authorisedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    return pageOf(rows, limit, ({ authorisedAt, id }) => instantCursor(authorisedAt, id), planInList);
  }

  async show(id: string) {
    const plan = await requirePlan(this.db, id);
    return planView(plan, await this.states.of(plan, { countsRequests: true }));
  }

  /** Without a look at the audit trail, which is not for the time under the registry's lock. */
  async viewIn(transaction: Transaction, id: string) {
    const plan = await requirePlan(transaction, id);
    return planView(plan, await this.states.of(plan, { countsRequests: false }));
  }

  /**
   * Carries out what can be done now, in order. It stops at a step that is refused, which is recorded with its cause and
   * tried again the next time, and at one that waits for somebody.
   */
  async carryOut(acting: Acting, id: string, reason: string | undefined) {
    requireOpen(await requirePlan(this.db, id));
    for (;;) {
      const plan = await requirePlan(this.db, id);
      const { progress } = await this.states.of(plan, { countsRequests: true });
      const next = nextToCarryOut(progress);
      const step = stepsOf(plan).find((each) => each.id === next);
      if (step === undefined) break;
      if (!(await this.tryStep(acting, plan, step, reason))) break;
    }
    await this.endIfFinished(acting, id);
    return this.show(id);
  }

  async tick(acting: Acting, { id, step: stepId }: InputOf<'impactPlanTick'>['params'], reason: string) {
    const plan = await requirePlan(this.db, id);
    const step = stepsOf(plan).find((each) => each.id === stepId);
    if (step === undefined) throw notFound(`step ${stepId} of plan ${id}`);
    if (step.closedBy !== 'person')
      throw conflict(`Nobody ticks off “${step.title}”: Gatehouse sees for itself when it is done.`);
    const { progress } = await this.states.of(plan, { countsRequests: true });
    const { waitsFor = [], state } = progress.find((each) => each.id === stepId) ?? {};
    if (state === 'done') throw conflict(`“${step.title}” is done already.`);
    if (waitsFor.length > 0) throw conflict(`“${step.title}” waits for: ${waitsFor.join('; ')}.`);
    await this.transactions.run(changeBy(acting, reason), async (transaction) => {
      requireOpen(await requirePlan(transaction, id));
      await this.record(transaction, acting, plan, { step, outcome: 'ticked', note: reason });
    });
    await this.endIfFinished(acting, id);
    return this.show(id);
  }

  /** What is done stays done. */
  async end(acting: Acting, id: string, reason: string) {
    await this.transactions.run(changeBy(acting, reason), async (transaction) => {
      requireOpen(await requirePlan(transaction, id));
      await this.writeEnd(transaction, acting, id, reason);
    });
    return this.show(id);
  }

  /** @returns whether the step is done; if it is refused, nothing of it is written but that, and why */
  private async tryStep(acting: Acting, plan: PlanRow, step: StoredStep, reason: string | undefined) {
    try {
      await this.transactions.run(
        underPlan(acting, plan, step, reason),
        (transaction) => this.carryOutStep(transaction, acting, plan, step),
        STEP_TIMEOUT_MS,
      );
      return true;
    } catch (error) {
      const problem = this.problems.of(error);
      const faults = problem?.errors.map(({ detail }) => detail).join('; ') ?? '';
      const note = faults || (problem?.message ?? 'It failed for a reason that is in Gatehouse’s log.');
      await this.transactions.run(changeBy(acting, reason), async (transaction) => {
        const { recorded, endedAt } = await requirePlan(transaction, plan.id);
        if (endedAt !== null || isRecordedDone(recorded, step.id)) return;
        await this.record(transaction, acting, plan, { step, outcome: 'refused', note });
      });
      return false;
    }
  }

  /** Under the registry's lock. A colleague may have been faster, or may have ended the plan. */
  private async carryOutStep(transaction: Transaction, acting: Acting, plan: PlanRow, step: StoredStep) {
    const { recorded, endedAt, endedBecause } = await requirePlan(transaction, plan.id);
    if (endedAt !== null) throw conflict(`This plan has ended: ${endedBecause ?? ''}`);
    if (isRecordedDone(recorded, step.id)) return;
    const change = underPlan(acting, plan, step, undefined);
    const written = await watchWrites(transaction, async () => {
      for (const action of step.actions)
        await this.actions.perform(transaction, change, action, { isTrial: false });
    });
    const { diff, diffHash } = await written.proposal();
    if (diffHash !== step.hash) throw conflict(notAsApproved(step, diff));
    await this.record(transaction, acting, plan, { step, outcome: 'done', note: null });
  }

  private async record(
    transaction: Transaction,
    acting: Acting,
    plan: PlanRow,
    of: { readonly step: StoredStep; readonly outcome: string; readonly note: string | null },
  ): Promise<void> {
    const { step, outcome, note } = of;
    const data = { outcome, note, recordedBy: acting.actor, recordedAt: new Date(this.now()) };
    await transaction.impactPlanStep.upsert({
      where: { planId_step: { planId: plan.id, step: step.id } },
      create: { planId: plan.id, step: step.id, ...data },
      update: data,
    });
    // Before it is committed: a step that the audit trail does not have is not done.
    await this.auditAccess.record('IMPACT_PLAN', acting, {
      ...{ plan: plan.id, subject: plan.subject, step: step.id, outcome },
      ...{ authorisedBy: plan.authorisedBy, ...(note === null ? {} : { note }) },
    });
  }

  private async endIfFinished(acting: Acting, id: string): Promise<void> {
    const plan = await requirePlan(this.db, id);
    if (plan.endedAt !== null || !(await this.states.of(plan, { countsRequests: true })).isFinished) return;
    await this.transactions.run(changeBy(acting, undefined), async (transaction) => {
      if ((await requirePlan(transaction, id)).endedAt === null)
        await this.writeEnd(transaction, acting, id, 'Every step is done.');
    });
  }

  private async writeEnd(transaction: Transaction, acting: Acting, id: string, endedBecause: string) {
    const { subject, authorisedBy } = await transaction.impactPlan.update({
      where: { id },
      data: { endedAt: new Date(this.now()), endedBy: acting.actor, endedBecause },
    });
    await this.auditAccess.record('IMPACT_PLAN', acting, {
      ...{ plan: id, subject, outcome: 'ended', authorisedBy, note: endedBecause },
    });
  }
}

async function requirePlan(db: Queries, id: string): Promise<PlanRow> {
  const row = await db.impactPlan.findUnique({ where: { id }, include: WITH_RECORDED });
  if (row === null) throw notFound(`plan ${id}`);
  return row;
}

function requireOpen({ endedAt, endedBecause }: PlanRow): void {
  if (endedAt !== null)
    throw conflict(`This plan has ended: ${endedBecause ?? ''} Request another one if more is to be done.`);
}

const isRecordedDone = (recorded: PlanRow['recorded'], id: string): boolean =>
  recorded.some(({ step, outcome }) => step === id && outcome !== 'refused');

/** The history of what a step changes names the plan, and the people who decided on it. */
function underPlan(acting: Acting, plan: PlanRow, step: StoredStep, reason: string | undefined) {
  const change = changeBy(acting, undefined);
  const why = [plan.reason, reason].filter((part) => part !== null && part !== undefined).join('; ');
  return {
    ...change,
    actor: `${acting.actor}, under a plan of ${plan.authorisedBy}`,
    reason: `plan ${plan.id}, step ${step.order}, ${step.title}${why === '' ? '' : `: ${why}`}`,
  };
}

/** Names what differs, as far as it can be told by the rows. */
function notAsApproved({ rows }: StoredStep, diff: readonly DiffRow[]): string {
  const texts = (of: readonly DiffRow[]) => new Set(of.map((row) => JSON.stringify(row)));
  const [approved, now] = [texts(rows), texts(diff)];
  const differing = [...rows, ...diff].filter(
    (row) => approved.has(JSON.stringify(row)) !== now.has(JSON.stringify(row)),
  );
  const tables = [...new Set(differing.map(({ table }) => table.replaceAll('_', ' ')))].sort();
  const where = tables.length === 0 ? '' : ` (${tables.join(', ')})`;
  return `The registry has changed since the plan was approved, and this step would now write something else${where}. End the plan and request another.`;
}
