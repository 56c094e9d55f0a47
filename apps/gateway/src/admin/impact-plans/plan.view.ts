import type { ImpactPlanView } from '@gatehouse/contracts/impact/impact-plan-routes';
import { nextToCarryOut, type StepProgress } from '@gatehouse/domain/impact/plan-progress';
import { instantOf } from '../http/paging.js';
import type { PlanState } from './plan-states.js';
import { eventOf, type PlanRow, type RecordedStep, type StoredStep, stepsOf } from './stored-plan.js';

export function planInList(plan: PlanRow) {
  const { id, subject, reason, authorisedBy, authorisedAt, endedBy, endedAt, endedBecause, recorded } = plan;
  const refused = recorded.find(({ outcome }) => outcome === 'refused')?.step;
  return {
    ...{ id, subject, event: eventOf(plan), reason, authorisedBy, endedBy, endedBecause },
    state: endedAt === null ? ('open' as const) : ('ended' as const),
    authorisedAt: authorisedAt.toISOString(),
    endedAt: instantOf(endedAt),
    refusedStep: stepsOf(plan).find((step) => step.id === refused)?.title ?? null,
  };
}

export function planView(plan: PlanRow, state: PlanState): ImpactPlanView {
  // One that was refused and has been done by hand since is done.
  const refused = state.progress.find((each) => each.state === 'refused')?.id;
  const next = plan.endedAt === null ? nextToCarryOut(state.progress) : null;
  return {
    ...planInList(plan),
    firstMoment: new Date(state.firstMs).toISOString(),
    refusedStep: stepsOf(plan).find(({ id }) => id === refused)?.title ?? null,
    next: stepsOf(plan).find(({ id }) => id === next)?.title ?? null,
    steps: stepsOf(plan).map((step, at) => {
      const { id, order, title, whoActs, closedBy } = step;
      const planned = state.planned.get(id);
      const recorded = plan.recorded.find((each) => each.step === id);
      const progress = state.progress[at];
      if (progress === undefined) throw new Error(`a plan without the progress of step ${id}`);
      return {
        ...{ id, order, title, whoActs, closedBy, detail: planned?.detail ?? '', state: progress.state },
        because: because(progress, { step, recorded, firstMs: state.firstMs }),
        recordedBy: recorded?.recordedBy ?? null,
        recordedAt: instantOf(recorded?.recordedAt ?? null),
        ...{ page: planned?.page ?? null, command: planned?.command ?? null },
      };
    }),
  };
}

interface Known {
  readonly step: StoredStep;
  readonly recorded: RecordedStep | undefined;
  readonly firstMs: number;
}

/** In words: why the step is where it is, and what comes next. */
function because(
  { state, waitsFor, waitsForFirstDay }: StepProgress,
  { step, recorded, firstMs }: Known,
): string {
  switch (state) {
    case 'done':
      if (recorded?.outcome === 'done') return 'Gatehouse carried it out.';
      return recorded?.outcome === 'ticked'
        ? `Ticked off: ${recorded.note ?? ''}`
        : 'The registry, or the audit trail, says that it is done.';
    case 'ready':
      return 'It is next: carry the plan out.';
    case 'to do':
      return step.closedBy === 'person'
        ? 'Tick it off when it is done: Gatehouse can’t know.'
        : 'Do it on its own page. Gatehouse notices when it is done.';
    case 'refused':
      return `${recorded?.note ?? ''} Nothing of this step was written. It is tried again when the plan is carried out.`;
    case 'waiting': {
      const first = waitsForFirstDay
        ? [`the first day of the event, ${new Date(firstMs).toISOString()}`]
        : [];
      return `It waits for: ${[...waitsFor, ...first].join('; ')}.`;
    }
  }
}
