import { expect, it } from 'vitest';
import { differencesOf, type RollupRow } from './difference.js';

const row = (name: string | null, count: number, own: number[] | null = null): RollupRow => ({
  key: ['10:00', name],
  count,
  own,
  upstream: null,
});

it.each<[string, RollupRow[], RollupRow[], [string | null, number, number][]]>([
  ['nothing is equal to nothing', [], [], []],
  ['equal rows are no difference', [row('a', 2, [1, 1])], [row('a', 2, [1, 1])], []],
  ['rows of the trail are added up', [row('a', 3, [2, 1])], [row('a', 2, [2, 0]), row('a', 1, [0, 1])], []],
  ['rows without a time are added up, too', [row('a', 3, [2])], [row('a', 2, [2]), row('a', 1)], []],
  ['another number is a difference', [row('a', 2)], [row('a', 3)], [['a', 2, 3]]],
  ['other times are a difference', [row('a', 2, [2, 0])], [row('a', 2, [1, 1])], [['a', 2, 2]]],
  ['what is in the roll-up alone is a difference', [row('a', 2)], [], [['a', 2, 0]]],
  ['what is in the trail alone is a difference', [], [row(null, 1)], [[null, 0, 1]]],
  [
    'no name is another name than "null"',
    [row('null', 1)],
    [row(null, 1)],
    [
      ['null', 1, 0],
      [null, 0, 1],
    ],
  ],
])('%s', (_, rolledUp, inTrail, expected) => {
  const found = differencesOf(rolledUp, inTrail);
  expect(found.map(({ key, ...counts }) => [key[1], counts.rolledUp, counts.inTrail])).toEqual(expected);
});
