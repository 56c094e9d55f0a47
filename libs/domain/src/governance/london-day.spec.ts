import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, endOfLondonDayMs, londonDay, secondsLeftInLondonDay } from './london-day.js';

describe('calendar days', () => {
  it.each([
    ['2026-12-31', 1, '2027-01-01'],
    ['2027-02-28', 1, '2027-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-03-28', 2, '2026-03-30'],
    ['2026-07-15', 0, '2026-07-15'],
    ['2027-01-01', -1, '2026-12-31'],
  ])('%s + %i = %s', (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected);
    expect(daysBetween(day, expected)).toBe(days);
  });
});

describe('days in London', () => {
  it.each([
    ['2026-06-30T22:59:59.999Z', '2026-06-30'],
    ['2026-06-30T23:00:00.000Z', '2026-07-01'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31'],
  ])('%s is in %s', (instant, day) => {
    expect(londonDay(Date.parse(instant))).toBe(day);
  });

  it.each([
    ['a day in winter', '2026-01-15', '2026-01-16T00:00:00Z'],
    ['a day in summer', '2026-07-15', '2026-07-15T23:00:00Z'],
    ['the day the clocks go forward', '2026-03-29', '2026-03-29T23:00:00Z'],
    ['the day the clocks go back', '2026-10-25', '2026-10-26T00:00:00Z'],
  ])('%s ends at the right moment', (_name, day, end) => {
    expect(endOfLondonDayMs(day)).toBe(Date.parse(end));
  });

  it.each([
    ['2026-01-15T23:59:00Z', 60],
    ['2026-01-15T00:00:00Z', 86_400],
    ['2026-07-15T22:59:30Z', 30],
    ['2026-07-15T23:00:00Z', 86_400],
    // The clocks change: a day of 23 hours, and one of 25.
    ['2026-03-29T00:00:00Z', 82_800],
    ['2026-10-24T23:00:00Z', 90_000],
  ])('at %s, %i seconds of the day are left', (instant, seconds) => {
    expect(secondsLeftInLondonDay(Date.parse(instant))).toBe(seconds);
  });
});
