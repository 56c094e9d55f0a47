import { describe, expect, it } from 'vitest';
import { BUCKETS } from './buckets.js';
import { aWeekEarlier, figuresOf, isComparable, lastHours, newSince, type SpanSums } from './figures.js';

const HOUR = 3_600_000;
const at = (moment: string): number => Date.parse(`2026-11-${moment}:00Z`);
const none: SpanSums = { requests: 0, refused: 0, failed: 0, own: null, upstream: null };
/** So many requests that took `bucket` ms, a number up to 6. */
const took = (count: number, bucket: number): number[] =>
  Array.from({ length: BUCKETS }, (_, place) => (place === bucket ? count : 0));

describe('the figures of a span', () => {
  it('have the parts of its requests, and the times of each side', () => {
    const sums = { requests: 200, refused: 10, failed: 3, own: took(150, 2), upstream: took(187, 5) };
    expect(figuresOf(sums, 4 * HOUR)).toEqual({
      ...{ requests: 200, perHour: 50, failedShare: 0.015, refusedShare: 0.05 },
      ...{ ownMs: { p50: 2, p95: 2 }, upstreamMs: { p50: 5, p95: 5 } },
    });
  });

  it('count what an hour brings by the time that has passed', () => {
    expect(figuresOf({ ...none, requests: 10 }, HOUR / 2).perHour).toBe(20);
  });

  it('of no request have no parts and no times', () => {
    expect(figuresOf(none, HOUR)).toEqual({
      ...{ requests: 0, perHour: 0, failedShare: null, refusedShare: null, ownMs: null, upstreamMs: null },
    });
  });
});

it('the last hours end with the current one, and a week earlier are the same hours of that week', () => {
  const span = lastHours(24, at('27T12:30'));
  expect(span).toEqual({ fromMs: at('26T13:00'), untilMs: at('27T13:00') });
  expect(aWeekEarlier(span)).toEqual({ fromMs: at('19T13:00'), untilMs: at('20T13:00') });
});

it.each<[string, number, string | null, boolean]>([
  ['with requests in a trail that is older', 5, '19T12:00', true],
  ['with requests in a trail that begins with it', 5, '19T13:00', true],
  ['in whose middle the trail begins', 5, '19T14:00', false],
  ['without a request', 0, '01T00:00', false],
  ['of an empty trail', 0, null, false],
])('a week %s can be compared with: %#', (_, requests, began, expected) => {
  const span = { fromMs: at('19T13:00'), untilMs: at('20T13:00') };
  expect(isComparable(span, { ...none, requests }, began === null ? null : at(began))).toBe(expected);
});

describe('a reason', () => {
  it.each<[string, string[], string | null]>([
    ['is new since this hour', ['27T12:00'], '27T12:00'],
    ['is new since the hour before', ['27T11:00', '27T12:00'], '27T11:00'],
    ['is not new if it occurred within the 24 hours before', ['26T11:00', '27T12:00'], null],
    ['is new again after longer than that', ['26T10:00', '27T12:00'], '27T12:00'],
    ['that has not occurred lately is not new', ['27T10:00'], null],
    ['that never occurred is not new', [], null],
  ])('%s', (_, hours, expected) => {
    expect(newSince(hours.map(at), at('27T12:30'))).toBe(expected === null ? null : at(expected));
  });
});
