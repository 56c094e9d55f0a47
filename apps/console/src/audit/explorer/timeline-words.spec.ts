import { expect, it } from 'vitest';
import { type Stage, stageRows } from './timeline-words.js';

const stage = (
  attemptNumber: number | null,
  name: Stage['stage'],
  afterMs: number,
  tookMs: number | null,
): Stage => ({
  ...{ attemptNumber, stage: name, afterMs, tookMs },
});

it.each<[string, Stage[], unknown[]]>([
  [
    'one attempt',
    [stage(1, 'checked', 0, 10), stage(1, 'around e-RS', 10, 10), stage(1, 'in e-RS', 20, 80)],
    [
      ['Checked and allowed', { left: 0, width: 10 }],
      ['In Gatehouse, before and after the call to e-RS', { left: 10, width: 10 }],
      ['Answered by e-RS', { left: 20, width: 80 }],
    ],
  ],
  [
    'two attempts',
    [stage(1, 'checked', 0, 50), stage(2, 'checked', 50, 50)],
    [
      ['Attempt 1: checked and allowed', { left: 0, width: 50 }],
      ['Attempt 2: checked and allowed', { left: 50, width: 50 }],
    ],
  ],
  [
    'a stage that has not ended',
    [stage(1, 'around e-RS', 5, null)],
    [['In Gatehouse, before and after the call to e-RS', null]],
  ],
  [
    'a request that took no millisecond',
    [stage(null, 'rejected', 0, 0)],
    [['Checked and rejected', { left: 0, width: 0 }]],
  ],
])('the stages of %s', (_case, timeline, expected) => {
  expect(stageRows(timeline).map(({ name, bar }) => [name, bar])).toEqual(expected);
});
