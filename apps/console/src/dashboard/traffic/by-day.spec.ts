import { expect, it } from 'vitest';
import { barsOf } from './by-day.js';

const HOUR = 3_600_000;
const hours = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => new Date(Date.parse(from) + at * HOUR).toISOString());

it('a week has a bar for each hour', () => {
  const week = hours('2026-11-20T10:00:00Z', 168);
  const { unit, starts, sums } = barsOf(week);
  expect([unit, starts]).toEqual(['Hour', week]);
  expect(sums([1, 2])).toEqual([1, 2]);
});

it('a longer range has a bar for each day in London, the first and last of which may be parts', () => {
  // British Summer Time ends on 25 October: that day has 25 hours.
  const month = hours('2026-10-24T21:00:00Z', 200);
  const { unit, starts, sums } = barsOf(month);
  expect(unit).toBe('Day');
  expect(starts.slice(0, 3)).toEqual([
    '2026-10-24T21:00:00.000Z',
    '2026-10-24T23:00:00.000Z',
    '2026-10-26T00:00:00.000Z',
  ]);
  const counts = sums(month.map(() => 1));
  expect(counts.slice(0, 3)).toEqual([2, 25, 24]);
  expect(counts.reduce((a, b) => a + b, 0)).toBe(200);
});
