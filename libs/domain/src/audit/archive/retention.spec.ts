import { describe, expect, it } from 'vitest';
import { endOfPeriodMs, faultOfOwnRetention, faultOfPeriods } from './retention.js';

describe('the two periods', () => {
  it.each([
    ['neither', null, null, true],
    ['a time in the database, and kept for ever', 12, null, true],
    ['kept longer than in the database', 12, 96, true],
    ['kept as long as in the database', 96, 96, true],
    ['kept shorter than in the database', 96, 95, false],
    ['always in the database, and destroyed', null, 96, false],
  ] as const)('%s', (_, keepOnline, retention, fit) => {
    expect(faultOfPeriods({ keepOnline, retention }) === null).toBe(fit);
  });

  it.each([
    ['none', null, 96, true],
    ['a longer one', 120, 96, true],
    ['the same', 96, 96, true],
    ['a shorter one', 95, 96, false],
    ['any where nothing is destroyed', 120, null, false],
  ] as const)('of an organisation: %s', (_, own, deployment, fits) => {
    expect(faultOfOwnRetention(own, deployment) === null).toBe(fits);
  });

  it.each([
    ['2026-01', 1, '2026-03-01'],
    ['2026-01', 12, '2027-02-01'],
    ['2026-12', 1, '2027-02-01'],
    ['2023-02', 12, '2024-03-01'],
  ])('of %s end %i months after its end, on %s', (month, months, day) => {
    expect(endOfPeriodMs(month, months)).toBe(Date.parse(day));
  });

  it('never end where none is set', () => {
    expect(endOfPeriodMs('2026-01', null)).toBeNull();
  });
});
