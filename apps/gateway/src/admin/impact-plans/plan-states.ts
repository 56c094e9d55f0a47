import { effectiveAtMs } from '@gatehouse/domain/impact/life-cycle-event';
import type { Step } from '@gatehouse/domain/impact/ordered-plan';
import {
  isFinished,
  progressOf,
  type StepOutcome,
  type StepProgress,
} from '@gatehouse/domain/impact/plan-progress';
import { Inject, Injectable } from '@nestjs/common';
import { AdminProblem } from '../http/problem.js';
import { CLOCK, type Clock } from '../injected.js';
import { Impact } from '../impact/impact.js';
import { eventOf, type PlanRow, stepsOf } from './stored-plan.js';

export interface PlanState {
  readonly progress: readonly StepProgress[];
  readonly isFinished: boolean;
  /** The steps as they would be planned now, for their texts. */
  readonly planned: ReadonlyMap<string, Step>;
  /** From when the event counts, epoch ms. */
  readonly firstMs: number;
}

/** How far a plan is: by what was recorded of its steps, and by what the registry and the trail say now. */
@Injectable()
export class PlanStates {
  constructor(
    @Inject(Impact) private readonly impact: Impact,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async of(plan: PlanRow, counting: { readonly countsRequests: boolean }): Promise<PlanState> {
    const planned = new Map((await this.plannedNow(plan, counting)).map((step) => [step.id, step]));
    const firstMs = effectiveAtMs(eventOf(plan), plan.authorisedAt.getTime());
    const progress = progressOf({
      steps: stepsOf(plan),
      outcomes: new Map(plan.recorded.map(({ step, outcome }) => [step, outcome as StepOutcome])),
      doneByRegistry: new Set(
        [...planned.values()].flatMap(({ id, isDone }) => (isDone === true ? [id] : [])),
      ),
      isFirstDayReached: this.now() >= firstMs,
    });
    return { progress, isFinished: isFinished(progress), planned, firstMs };
  }

  /** Nothing, once the registry no longer knows what the event is about. */
  private async plannedNow(plan: PlanRow, counting: { readonly countsRequests: boolean }) {
    try {
      return (await this.impact.plan(eventOf(plan), counting)).steps;
    } catch (error) {
      if (error instanceof AdminProblem) return [];
      throw error;
    }
  }
}
