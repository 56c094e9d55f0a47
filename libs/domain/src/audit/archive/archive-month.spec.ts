import { describe, expect, it } from 'vitest';
import { monthsWithin, dueAtMs, monthOf, obstacleOf, spanOfMonth, stretchOf } from './archive-month.js';

describe('a month', () => {
  it.each([
    ['2026-11', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '2026-12-04T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', '2027-01-04T00:00:00.000Z'],
    ['2028-02', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z', '2028-03-04T00:00:00.000Z'],
  ])('%s is of UTC, and due three days after its end', (month, from, to, due) => {
    const { fromMs, toMs } = spanOfMonth(month);
    expect([fromMs, toMs, dueAtMs(month)].map((ms) => new Date(ms).toISOString())).toEqual([from, to, due]);
    expect([monthOf(fromMs), monthOf(toMs - 1)]).toEqual([month, month]);
  });

  it.each(['2026-13', '2026-00', '2026-1', '2026-11-01', '', '../2026-11'])('is not "%s"', (text) => {
    expect(() => spanOfMonth(text)).toThrow('is not a month');
  });
});

describe('the months of a span', () => {
  const MONTHS = ['2026-02', '2026-03', '2026-05'];
  const at = (text: string): number => Date.parse(text);

  it.each<[string, number | undefined, number | undefined, string[]]>([
    ['without limits', undefined, undefined, MONTHS],
    ['from within one', at('2026-03-31T23:59:59.999Z'), undefined, ['2026-03', '2026-05']],
    ['from the end of one', at('2026-04-01T00:00Z'), undefined, ['2026-05']],
    ['until the beginning of one', undefined, at('2026-03-01T00:00Z'), ['2026-02']],
    ['until within one', undefined, at('2026-03-01T00:00:00.001Z'), ['2026-02', '2026-03']],
    ['between two', at('2026-04-01T00:00Z'), at('2026-05-01T00:00Z'), []],
  ])('%s', (_, fromMs, untilMs, months) => {
    expect(monthsWithin(MONTHS, { fromMs, untilMs })).toEqual(months);
  });
});

describe('the stretch of a chain', () => {
  const of = (archivedTo: number, first: number, last: number, lastNew: number) => {
    const stretch = stretchOf({ writer: 'w', archivedTo, first, last, lastNew });
    return stretch === null ? null : [stretch.fromSeq, stretch.toSeq];
  };
  it.each<[string, [number, number, number, number], [number, number] | null]>([
    ['begins with the first record of a chain that no archive has', [0, 4, 9, 9], [1, 9]],
    ['goes on where the archive before ended', [10, 12, 30, 30], [11, 30]],
    ['repeats records of the month that the archive before had to have', [10, 8, 30, 30], [8, 30]],
    ['has a late record of an earlier month', [10, 0, 0, 14], [11, 14]],
    ['has a late record after those of the month', [10, 11, 20, 25], [11, 25]],
    ['has the records of the month even if the archive before has them all', [10, 8, 9, 0], [8, 9]],
    ['is none without a record of the month or a late one', [10, 0, 0, 0], null],
    ['is none of an empty chain', [0, 0, 0, 0], null],
  ])('%s', (_, facts, expected) => {
    expect(of(...facts)).toEqual(expected);
  });
});

describe('a month is kept from being archived', () => {
  const CHAINS = [{ writer: 'w', fromSeq: 1, toSeq: 9 }];
  const coveredTo = (seq: number) => new Map([['w', { writer: 'w', seq, hash: 'aa' }]]);
  const due = Date.UTC(2026, 11, 4);
  it.each<[string, number, number | null, number | null, string | null]>([
    ['before it has been over for three days', due - 1, null, 9, 'has not been over for three days'],
    ['by nothing, once it has', due, null, 9, null],
    [
      'by an open attempt of its own',
      due,
      Date.UTC(2026, 11) - 1,
      9,
      'an attempt that began at 2026-11-30T23:59:59.999Z has no OUTCOME',
    ],
    ['by an open attempt of an earlier month', due, Date.UTC(2026, 9), 9, 'has no OUTCOME'],
    ['not by an open attempt of the next month', due, Date.UTC(2026, 11), 9, null],
    ['by a record that no checkpoint covers', due, null, 8, 'no checkpoint covers record 9 of chain w'],
    ['by a chain that no checkpoint covers', due, null, null, 'no checkpoint covers record 9 of chain w'],
    ['not by a checkpoint that covers more', due, null, 10, null],
  ])('%s', (_, nowMs, oldestOpenMs, seq, expected) => {
    const covered = seq === null ? new Map<string, never>() : coveredTo(seq);
    const obstacle = obstacleOf('2026-11', { nowMs, oldestOpenMs, chains: CHAINS, covered });
    if (expected === null) expect(obstacle).toBeNull();
    else expect(obstacle).toContain(expected);
  });
});
