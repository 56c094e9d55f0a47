/**
 * The buckets in which the roll-ups of the audit trail count how long requests took (ADR 70). The trail records whole
 * milliseconds.
 */

/**
 * Upper bounds, ms: a bucket holds what took longer than the bound before it and at most as long as its own. Up to 6 ms
 * each millisecond has a bucket, above that a bucket is at most half as wide as its lower bound. One more bucket holds
 * what took longer than the last bound. Stored histograms have these places, so a change needs a rebuild of the roll-ups.
 */
export const BUCKET_BOUNDS_MS: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 8],
  ...[10, 12, 15, 20, 25, 30, 40, 50, 60, 80],
  ...[100, 120, 150, 200, 250, 300, 400, 500, 600, 800],
  ...[1_000, 1_200, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 8_000],
  ...[10_000, 12_000, 15_000, 20_000, 25_000, 30_000, 40_000, 60_000],
];

/** How many numbers a histogram has. */
export const BUCKETS = BUCKET_BOUNDS_MS.length + 1;

/**
 * The time (whole ms) that the given part of the requests did not exceed: the place within its bucket is estimated, as if
 * what the bucket holds were spread evenly. Of the last bucket, its lower bound.
 * @param counts one number for each bucket
 * @param part more than 0, at most 1
 * @returns null if nothing was counted
 */
export function percentileOf(counts: readonly number[], part: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = part * total;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= rank) return withinBucket(bucket, (rank - before) / count);
    before += count;
  }
  return BUCKET_BOUNDS_MS.at(-1) ?? null;
}

function withinBucket(bucket: number, part: number): number {
  const fastest = bucket === 0 ? 0 : (BUCKET_BOUNDS_MS[bucket - 1] ?? 0) + 1;
  const slowest = BUCKET_BOUNDS_MS[bucket];
  return slowest === undefined ? fastest - 1 : Math.round(fastest + (slowest - fastest) * part);
}
