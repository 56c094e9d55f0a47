/** How far an approved plan is: which steps are done, which one is next, and why the others wait. */
import type { StepClosing } from './ordered-plan.js';

/** A step as it was approved. */
export interface ApprovedStep {
  readonly id: string;
  readonly title: string;
  readonly closedBy: StepClosing;
  readonly after: readonly string[];
  readonly fromFirstDay: boolean;
}

/** What was last recorded of a step: Gatehouse did it, a person ticked it off, or Gatehouse could not do it. */
export const STEP_OUTCOMES = ['done', 'ticked', 'refused'] as const;
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

/** `to do`: a person does it or says that it is done; `ready` and `refused`: Gatehouse does it when the plan is carried on. */
export const PROGRESS_STATES = ['done', 'ready', 'to do', 'waiting', 'refused'] as const;
export type ProgressState = (typeof PROGRESS_STATES)[number];

export interface StepProgress {
  readonly id: string;
  readonly state: ProgressState;
  /** Titles of the steps it waits for. */
  readonly waitsFor: readonly string[];
  readonly waitsForFirstDay: boolean;
}

export interface ProgressFacts {
  readonly steps: readonly ApprovedStep[];
  readonly outcomes: ReadonlyMap<string, StepOutcome>;
  /** Steps that the registry and the trail say are done, whoever did them. */
  readonly doneByRegistry: ReadonlySet<string>;
  /** The event counts already. */
  readonly isFirstDayReached: boolean;
}

/**
 * A step waits for the steps that the plan names, and one that Gatehouse carries out for every earlier one of these
 * too: they are done in the order in which they were approved.
 */
export function progressOf(facts: ProgressFacts): readonly StepProgress[] {
  const { steps, outcomes, doneByRegistry, isFirstDayReached } = facts;
  const isDone = ({ id }: Pick<ApprovedStep, 'id'>): boolean => {
    const outcome = outcomes.get(id);
    return outcome === 'done' || outcome === 'ticked' || doneByRegistry.has(id);
  };
  return steps.map((step, at) => {
    if (isDone(step)) return { id: step.id, state: 'done', waitsFor: [], waitsForFirstDay: false };
    const first = steps.filter(
      (other, place) =>
        step.after.includes(other.id) ||
        (step.closedBy === 'plan' && other.closedBy === 'plan' && place < at),
    );
    const waitsFor = first.filter((other) => !isDone(other)).map(({ title }) => title);
    const waitsForFirstDay = step.closedBy === 'plan' && step.fromFirstDay && !isFirstDayReached;
    return {
      ...{ id: step.id, waitsFor, waitsForFirstDay },
      state: stateOf(step, outcomes.get(step.id), waitsFor.length > 0 || waitsForFirstDay),
    };
  });
}

function stateOf(
  { closedBy }: ApprovedStep,
  outcome: StepOutcome | undefined,
  waits: boolean,
): ProgressState {
  if (waits) return 'waiting';
  if (closedBy !== 'plan') return 'to do';
  return outcome === 'refused' ? 'refused' : 'ready';
}

/** The step that Gatehouse does when the plan is carried on; null: none can be done now. */
export function nextToCarryOut(progress: readonly StepProgress[]): string | null {
  return progress.find(({ state }) => state === 'ready' || state === 'refused')?.id ?? null;
}

export const isFinished = (progress: readonly StepProgress[]): boolean =>
  progress.every(({ state }) => state === 'done');
