import { describe, expect, it } from 'vitest';
import {
  type ApprovedStep,
  isFinished,
  nextToCarryOut,
  type ProgressFacts,
  progressOf,
  type StepOutcome,
} from './plan-progress.js';

const step = (id: string, over: Partial<ApprovedStep> = {}): ApprovedStep => ({
  ...{ id, title: id, closedBy: 'plan', after: [], fromFirstDay: false },
  ...over,
});
/** As for an organisation that closes. */
const STEPS = [
  step('callers', { closedBy: 'person' }),
  step('suspend', { after: ['callers'], fromFirstDay: true }),
  step('retire', { after: ['suspend'] }),
  step('withdraw', { after: ['suspend'] }),
  step('review', { closedBy: 'registry', after: ['suspend'] }),
  step('nhs', { closedBy: 'person', after: ['retire'] }),
];

type Case = [
  name: string,
  outcomes: Readonly<Record<string, StepOutcome>>,
  over: Partial<ProgressFacts>,
  states: readonly string[],
  next: string | null,
];

describe('how far a plan is', () => {
  it.each<Case>([
    [
      'Gatehouse waits for what only people know',
      {},
      {},
      ['to do', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'],
      null,
    ],
    [
      'one step is next once somebody has said that the first is done',
      { callers: 'ticked' },
      {},
      ['done', 'ready', 'waiting', 'waiting', 'waiting', 'waiting'],
      'suspend',
    ],
    [
      'what the registry and the trail say counts as much',
      {},
      { doneByRegistry: new Set(['callers', 'suspend']) },
      ['done', 'done', 'ready', 'waiting', 'to do', 'waiting'],
      'retire',
    ],
    [
      'nothing is suspended before the first day',
      { callers: 'ticked' },
      { isFirstDayReached: false },
      ['done', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'],
      null,
    ],
    [
      'a refused step holds up every later one of Gatehouse, and is tried again',
      { callers: 'ticked', suspend: 'done', retire: 'refused' },
      {},
      ['done', 'done', 'refused', 'waiting', 'to do', 'waiting'],
      'retire',
    ],
    [
      'a step that was refused and is done by hand is done',
      { callers: 'ticked', suspend: 'done', retire: 'refused' },
      { doneByRegistry: new Set(['retire']) },
      ['done', 'done', 'done', 'ready', 'to do', 'to do'],
      'withdraw',
    ],
  ])('%s', (_, outcomes, over, states, next) => {
    const progress = progressOf({
      ...{ steps: STEPS, outcomes: new Map(Object.entries(outcomes)) },
      ...{ doneByRegistry: new Set<string>(), isFirstDayReached: true },
      ...over,
    });
    expect(progress.map(({ state }) => state)).toEqual(states);
    expect(nextToCarryOut(progress)).toBe(next);
    expect(isFinished(progress)).toBe(false);
  });

  it('names what a step waits for, and is finished when every step is done', () => {
    const facts = { steps: STEPS, doneByRegistry: new Set<string>(), isFirstDayReached: true };
    const progress = progressOf({ ...facts, outcomes: new Map([['callers', 'ticked']]) });
    expect(progress[3]?.waitsFor).toEqual(['suspend', 'retire']);
    const ids = new Set(STEPS.map(({ id }) => id));
    expect(isFinished(progressOf({ ...facts, outcomes: new Map(), doneByRegistry: ids }))).toBe(true);
  });
});
