import { describe, expect, it } from 'vitest';
import { BUCKET_BOUNDS_MS, BUCKETS, percentileOf } from './buckets.js';

/** A histogram of these times (ms). */
const histogram = (...times: readonly number[]): number[] => {
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const ms of times) {
    const bucket = BUCKET_BOUNDS_MS.findIndex((bound) => ms <= bound);
    const at = bucket === -1 ? BUCKETS - 1 : bucket;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
};
const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

describe('a percentile from a histogram', () => {
  it.each<[string, number[], number, number | null]>([
    ['is none of nothing', [], 0.5, null],
    ['is exact up to 6 ms', [1, 2, 3, 4, 5], 0.5, 3],
    ['is 0 where nothing took a millisecond', [0, 0, 0], 0.95, 0],
    ['is that of the one request', [4], 0.95, 4],
    ['takes the slow ones in at 95 %', [...times(94, 2), ...times(6, 5)], 0.95, 5],
    ['leaves the slow ones out at 50 %', [...times(94, 2), ...times(6, 5)], 0.5, 2],
    ['leaves out one in twenty at 95 %', [...times(19, 3), 800], 0.95, 3],
    ['is estimated within a bucket', times(10, 45), 0.5, 46],
    ['ends a bucket at its bound', times(10, 45), 1, 50],
    ['of what exceeds every bound is the last bound', times(3, 90_000), 0.5, 60_000],
  ])('%s', (_, requests, part, expected) => {
    expect(percentileOf(histogram(...requests), part)).toBe(expected);
  });

  it('lies in the bucket of the time itself, whatever that is', () => {
    for (let ms = 0; ms <= 60_000; ms += 7) {
      const estimate = percentileOf(histogram(ms), 0.5) ?? -1;
      const error = Math.abs(estimate - ms);
      expect(error, `${ms} ms`).toBeLessThanOrEqual(ms <= 6 ? 0 : ms / 3);
    }
  });
});

describe('the buckets', () => {
  it('go up, and none is wider than half of where it begins', () => {
    for (const [at, upper] of BUCKET_BOUNDS_MS.entries()) {
      const lower = BUCKET_BOUNDS_MS[at - 1] ?? -1;
      expect(upper).toBeGreaterThan(lower);
      if (upper > 2) expect((upper - lower) / lower, `${lower} to ${upper} ms`).toBeLessThanOrEqual(0.5);
    }
  });
});
