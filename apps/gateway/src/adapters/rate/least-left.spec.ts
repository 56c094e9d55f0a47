import { expect, it } from 'vitest';
import { createLeastLeft } from './least-left.js';

type Noted = readonly [atS: number, share: number];

it.each<[string, readonly Noted[], number, number]>([
  ['is all of it while nothing is sent', [], 0, 1],
  [
    'is the least of a minute',
    [
      [0, 0.5],
      [1, 0.2],
      [2, 0.9],
    ],
    3,
    0.2,
  ],
  [
    'is still known in the next minute',
    [
      [59, 0.2],
      [61, 0.9],
    ],
    119,
    0.2,
  ],
  [
    'is forgotten after that',
    [
      [59, 0.2],
      [61, 0.9],
    ],
    121,
    0.9,
  ],
  ['is all of it again once nothing is sent', [[59, 0.2]], 180, 1],
])('what is left of the rate %s', (_, noted, readAtS, left) => {
  let nowMs = 0;
  const leastLeft = createLeastLeft(() => nowMs);
  for (const [atS, share] of noted) {
    nowMs = atS * 1_000;
    leastLeft.note(share);
  }
  nowMs = readAtS * 1_000;
  expect(leastLeft.read()).toBe(left);
});
