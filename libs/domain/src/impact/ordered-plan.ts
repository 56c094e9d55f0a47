/** The steps that answer an event, in their order: who acts, what waits for what, and how far the registry says they are. */

export const STEP_ACTORS = ['your team', 'NHS England', 'the organisation'] as const;

/**
 * How a step comes to be done: by Gatehouse, once the plan is approved; by a person who says so, because Gatehouse can't
 * know; or on its own page, after which the registry says so.
 */
export const STEP_CLOSINGS = ['plan', 'person', 'registry'] as const;
export type StepClosing = (typeof STEP_CLOSINGS)[number];

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly whoActs: (typeof STEP_ACTORS)[number];
  /** Ids of the steps that come first. */
  readonly after: readonly string[];
  /** As the registry and the audit trail say; null: Gatehouse can't know. */
  readonly isDone: boolean | null;
  readonly closedBy: StepClosing;
  /** An approved plan does it on the first day of the event, and not before. */
  readonly fromFirstDay: boolean;
  /** Path of the console's page that does it. */
  readonly page: string | null;
  readonly command: string | null;
}

export const STEP_STATES = ['done', 'ready', 'waiting', 'not known'] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface PlannedStep extends Omit<Step, 'isDone'> {
  /** From 1. */
  readonly order: number;
  readonly state: StepState;
  /** Titles of the steps it waits for. */
  readonly waitsFor: readonly string[];
}

/** A step waits for every earlier one that is known not to be done. What Gatehouse can't know holds up nothing. */
export function orderedPlan(steps: readonly Step[]): readonly PlannedStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return steps.map(({ isDone, ...step }, at) => {
    const open = step.after.flatMap((id) => {
      const earlier = byId.get(id);
      return earlier?.isDone === false ? [earlier.title] : [];
    });
    const waitsFor = isDone === true ? [] : open;
    return { ...step, order: at + 1, waitsFor, state: stateOf(isDone, waitsFor.length > 0) };
  });
}

function stateOf(isDone: boolean | null, isWaiting: boolean): StepState {
  if (isDone === true) return 'done';
  if (isWaiting) return 'waiting';
  return isDone === null ? 'not known' : 'ready';
}
