import { describe, expect, it } from 'vitest';
import { daysOf, evidencePeriod } from './period.js';

const NOW = Date.parse('2026-11-29T10:00:00Z');

describe('the period of an evidence pack', () => {
  it.each([
    ['a month in winter', '2026-11-01', '2026-11-28', '2026-11-01T00:00:00.000Z', '2026-11-29T00:00:00.000Z'],
    [
      'a day in summer begins at 23:00 UTC',
      '2026-07-01',
      '2026-07-01',
      '2026-06-30T23:00:00.000Z',
      '2026-07-01T23:00:00.000Z',
    ],
    ['the longest', '2025-11-28', '2026-11-28', '2025-11-28T00:00:00.000Z', '2026-11-29T00:00:00.000Z'],
  ])('%s', (_, from, until, fromInstant, untilInstant) => {
    expect(evidencePeriod(from, until, NOW)).toEqual({
      ...{ from, until, fromMs: Date.parse(fromInstant), untilMs: Date.parse(untilInstant) },
    });
  });

  it.each([
    ['ends before it begins', '2026-11-02', '2026-11-01', 'until', 'before the first'],
    ['has today in it', '2026-11-01', '2026-11-29', 'until', '2026-11-28 (yesterday)'],
    ['lies ahead', '2027-01-01', '2027-01-31', 'until', 'must be over'],
    ['is longer than a year', '2025-11-27', '2026-11-28', 'from', 'at most 366 days'],
  ])('is refused if it %s', (_, from, until, field, detail) => {
    expect(evidencePeriod(from, until, NOW)).toEqual({ field, detail: expect.stringContaining(detail) });
  });

  it('is over at midnight in London, not by UTC', () => {
    const lateInSummer = Date.parse('2026-07-01T23:30:00Z');
    expect(evidencePeriod('2026-07-01', '2026-07-01', lateInSummer)).not.toHaveProperty('field');
  });

  it('has days of 23 and 25 hours when the clocks change', () => {
    const hours = daysOf({ from: '2026-10-24', until: '2026-10-26' }).map(({ day, fromMs, untilMs }) => [
      day,
      (untilMs - fromMs) / 3_600_000,
    ]);
    expect(hours).toEqual([
      ['2026-10-24', 24],
      ['2026-10-25', 25],
      ['2026-10-26', 24],
    ]);
  });
});
