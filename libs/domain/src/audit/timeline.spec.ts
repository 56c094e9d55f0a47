import { expect, it } from 'vitest';
import { type TimedRecord, timelineOf } from './timeline.js';

const record = (kind: string, atMs: number, more: Partial<TimedRecord> = {}): TimedRecord => ({
  ...{ kind, attemptId: 'first', startedAtMs: 1_000, atMs },
  ...more,
});
const second = { attemptId: 'second', startedAtMs: 1_100 };

it.each<[string, TimedRecord[], unknown[]]>([
  [
    'an answered request',
    [record('INTENT', 1_005), record('OUTCOME', 1_055, { upstreamDurationMs: 40 })],
    [
      [1, 'checked', 0, 5],
      [1, 'around e-RS', 5, 10],
      [1, 'in e-RS', 15, 40],
    ],
  ],
  [
    'a body that was delivered in pieces',
    [record('INTENT', 1_005), record('OUTCOME', 1_055, { upstreamDurationMs: 50 }), record('END', 1_955)],
    [
      [1, 'checked', 0, 5],
      [1, 'around e-RS', 5, 0],
      [1, 'in e-RS', 5, 50],
      [1, 'delivered', 55, 900],
    ],
  ],
  [
    'a request that was not sent',
    [record('INTENT', 1_005), record('OUTCOME', 1_025, { upstreamDurationMs: null })],
    [
      [1, 'checked', 0, 5],
      [1, 'around e-RS', 5, 20],
    ],
  ],
  [
    'an attempt that is open',
    [record('INTENT', 1_005)],
    [
      [1, 'checked', 0, 5],
      [1, 'around e-RS', 5, null],
    ],
  ],
  [
    'two attempts',
    [
      record('INTENT', 1_005),
      record('OUTCOME', 1_090, { upstreamDurationMs: 80 }),
      record('INTENT', 1_101, { ...second, attemptNumber: 2 }),
      record('OUTCOME', 1_131, { ...second, upstreamDurationMs: 30 }),
    ],
    [
      [1, 'checked', 0, 5],
      [1, 'around e-RS', 5, 5],
      [1, 'in e-RS', 10, 80],
      [2, 'checked', 100, 1],
      [2, 'around e-RS', 101, 0],
      [2, 'in e-RS', 101, 30],
    ],
  ],
  ['a rejected request', [record('DENIED', 1_003)], [[null, 'rejected', 0, 3]]],
  ['a clock that was set back', [record('DENIED', 900)], [[null, 'rejected', 0, 0]]],
])('the timeline of %s', (_case, records, expected) => {
  expect(
    timelineOf(records).map(({ attemptNumber, stage, afterMs, tookMs }) => [
      attemptNumber,
      stage,
      afterMs,
      tookMs,
    ]),
  ).toEqual(expected);
});
