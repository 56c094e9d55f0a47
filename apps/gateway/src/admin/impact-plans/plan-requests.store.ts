import type { InputOf } from '@gatehouse/contracts/routes';
import { actionsOf, PERMISSION_FOR, type PlanAction } from '@gatehouse/domain/impact/plan-actions';
import type { Step } from '@gatehouse/domain/impact/ordered-plan';
import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { watchWrites } from '../changes/written-rows.store.js';
import { type Acting, mayDo } from '../http/access/principal.js';
import { AdminProblem, conflict } from '../http/problem.js';
import type { Change, Transaction } from '../http/transactions.js';
import { CLOCK, type Clock } from '../injected.js';
import { type EventPlan, Impact } from '../impact/impact.js';
import { PlanActions } from './plan-actions.store.js';
import { PlanRuns } from './plan-runs.store.js';
import { type StoredStep, subjectOf } from './stored-plan.js';

type Body = InputOf<'impactPlanRequest'>['body'];
type Written = Pick<StoredStep, 'rows' | 'hash'> & { readonly environments: readonly string[] | null };

/** Records plans, each with what its steps would write: that is what a second person approves. */
@Injectable()
export class PlanRequests {
  constructor(
    @Inject(Impact) private readonly impact: Impact,
    @Inject(PlanActions) private readonly actions: PlanActions,
    @Inject(PlanRuns) private readonly runs: PlanRuns,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * The request with the steps that Gatehouse is to carry out: those that were named, or all that the caller could
   * carry out as changes of their own.
   * @throws AdminProblem invalid-request, missing-role, conflict, not-found
   */
  async withSteps(body: Body, acting: Acting): Promise<Body & { readonly steps: string[] }> {
    const plan = await this.impact.plan(body.event, { countsRequests: false });
    const possible = plan.steps.filter(
      ({ id, closedBy }) => closedBy === 'plan' && this.of(plan, body, id).length > 0,
    );
    const lacks = ({ id }: Step) =>
      this.of(plan, body, id).some(({ kind }) => !mayDo(acting, PERMISSION_FOR[kind]));
    const unknown = body.steps?.find((id) => !possible.some((step) => step.id === id));
    if (unknown !== undefined)
      throw new AdminProblem(
        'invalid-request',
        `Gatehouse does not carry out a step “${unknown}” for this event. It can carry out: ${possible.map(({ id }) => id).join(', ') || 'none'}.`,
      );
    const refused = possible.find((step) => body.steps?.includes(step.id) === true && lacks(step));
    if (refused !== undefined)
      throw new AdminProblem(
        'missing-role',
        `Your roles do not allow the step “${refused.title}”. Leave it out: a colleague does it on its own page.`,
      );
    const steps = body.steps ?? possible.filter((step) => !lacks(step)).map(({ id }) => id);
    if (steps.length === 0)
      throw conflict('Gatehouse can carry out nothing of this plan: do its steps on their own pages.');
    return { ...body, steps };
  }

  @Guarded('impactPlanRequest')
  async request(transaction: Transaction, change: Change, { body }: GuardedInput<'impactPlanRequest'>) {
    const { event, reason = null } = body;
    const chosen = new Set(body.steps);
    const plan = await this.impact.plan(event, { countsRequests: false });
    const steps: StoredStep[] = [];
    const environments = new Set<string>();
    // What is tried is undone before the plan is recorded: each step sees what those before it would have written.
    await transaction.$executeRaw`SAVEPOINT impact_plan_trial`;
    for (const [at, step] of plan.steps.entries()) {
      const actions = chosen.has(step.id) ? this.of(plan, body, step.id) : [];
      const written = await this.tried(transaction, change, step.title, actions);
      const isOfPlan = step.closedBy === 'plan' && actions.length > 0;
      const { id, title, whoActs, after, fromFirstDay } = step;
      steps.push({
        ...{ id, order: at + 1, title, whoActs, after: [...after], fromFirstDay, actions: [...actions] },
        closedBy: isOfPlan || step.closedBy !== 'plan' ? step.closedBy : 'registry',
        ...{ rows: [...written.rows], hash: written.hash },
      });
      for (const name of written.environments ?? (await everyEnvironment(transaction)))
        environments.add(name);
    }
    await transaction.$executeRaw`ROLLBACK TO SAVEPOINT impact_plan_trial`;
    if (steps.every(({ rows }) => rows.length === 0))
      throw conflict('Everything that Gatehouse does in this plan is done already.');
    const { id } = await transaction.impactPlan.create({
      data: {
        ...{ subject: subjectOf(event), event, steps: JSON.parse(JSON.stringify(steps)) as object, reason },
        environments: [...environments].sort(),
        ...{ authorisedBy: change.actor, authorisedAt: new Date(this.now()) },
      },
    });
    return this.runs.viewIn(transaction, id);
  }

  private of({ hit, standbyKid }: EventPlan, { event }: Pick<Body, 'event'>, stepId: string) {
    return actionsOf(stepId, { event, hit, standbyKid, nowMs: this.now() });
  }

  private async tried(
    transaction: Transaction,
    change: Change,
    title: string,
    actions: readonly PlanAction[],
  ): Promise<Written> {
    if (actions.length === 0) return { rows: [], hash: '', environments: [] };
    const watched = await watchWrites(transaction, async () => {
      for (const action of actions)
        await this.actions.perform(transaction, change, action, { isTrial: true });
    }).catch((error: unknown) => {
      if (!(error instanceof AdminProblem)) throw error;
      const faults = error.errors.map(({ detail }) => detail).join('; ');
      throw conflict(`The step “${title}” would be refused: ${faults || error.message}`);
    });
    const { diff: rows, diffHash: hash } = await watched.proposal();
    const environments = watched.rows.some((row) => row.environments === null)
      ? null
      : watched.rows.flatMap((row) => row.environments ?? []);
    return { rows, hash, environments };
  }
}

/** What is of no environment counts for every one. */
async function everyEnvironment(transaction: Transaction): Promise<string[]> {
  return (await transaction.environment.findMany({ select: { name: true } })).map(({ name }) => name);
}
