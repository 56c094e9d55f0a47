import { expect, it } from 'vitest';
import { daysOf } from './days.js';

it.each([
  ['2026-03', '2026-03-01', '2026-03-31'],
  ['2026-02', '2026-02-01', '2026-02-28'],
  ['2028-02', '2028-02-01', '2028-02-29'],
  ['2026-12', '2026-12-01', '2026-12-31'],
])('the register of %s is from %s until %s', (month, from, until) => {
  expect(daysOf(month)).toEqual({ from, until });
});
