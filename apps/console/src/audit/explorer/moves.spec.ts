import { describe, expect, it } from 'vitest';
import { likeIt, moved } from './moves.js';

describe('the keys of the lines', () => {
  it.each<[string, number, number, number | null]>([
    ['ArrowDown', -1, 3, 0],
    ['ArrowDown', 0, 3, 1],
    ['ArrowDown', 2, 3, 2],
    ['ArrowUp', 2, 3, 1],
    ['ArrowUp', 0, 3, 0],
    ['ArrowUp', -1, 3, 0],
    ['ArrowDown', -1, 0, null],
    ['Tab', 1, 3, null],
  ])('%s on line %i of %i leads to %s', (key, at, lines, expected) => {
    expect(moved(key, at, lines)).toBe(expected);
  });
});

it.each([
  [
    { organisation: 'R69', interaction: 'A005', code: 'GW_SRO', outcome: 'REFUSED', event: null },
    { organisation: 'R69', interaction: 'A005', code: 'GW_SRO' },
  ],
  [
    { organisation: 'R69', interaction: 'A005', code: null, outcome: 'FAILED', event: null },
    { organisation: 'R69', interaction: 'A005', outcome: 'FAILED' },
  ],
  [
    { organisation: null, interaction: null, code: 'GW_TOKEN', outcome: 'REFUSED', event: null },
    { code: 'GW_TOKEN' },
  ],
  [{ organisation: null, event: 'AUDIT_EXPORT', outcome: null, code: null }, { event: 'AUDIT_EXPORT' }],
])('more like %j is found by %j', (line, filter) => {
  expect(likeIt(line)).toEqual(filter);
});
