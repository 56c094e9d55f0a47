import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dividedSlot,
  nextSlot,
  rateLimitOf,
  type RateState,
  retryAfterS,
  throttledPauseMs,
} from './rate-limit.js';

/** Of one application in production (docs/reference/protocol-facts.md §1.6). */
const E_RS_LIMIT = rateLimitOf(600);

/** The times at which requests that arrive at the given times are sent, each after its wait. */
function send(arrivals: readonly number[]): number[] {
  let state: RateState = 0;
  return arrivals.map((atMs) => {
    const { waitMs, next } = nextSlot(E_RS_LIMIT, state, atMs);
    state = next;
    return atMs + waitMs;
  });
}
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 20_000 })),
  { minLength: 1, maxLength: 300 },
);

describe('e-RS: 600 a minute, and 720 a minute smoothed', () => {
  it('never sends two within 102 ms, out of order, or before they arrived', () => {
    fc.assert(
      fc.property(gaps, (list) => {
        let atMs = 1_000;
        const arrivals = list.map((gap) => (atMs += gap));
        const sent = send(arrivals);
        for (const [index, leftMs] of sent.entries()) {
          expect(leftMs).toBeGreaterThanOrEqual(arrivals[index]!);
          if (index > 0) expect(leftMs - sent[index - 1]!).toBeGreaterThanOrEqual(102);
        }
      }),
    );
  });

  it.each([
    ['a first request', [1_000], [0]],
    ['a second at once', [1_000, 1_000], [0, 102]],
    ['a third at once', [1_000, 1_000, 1_000], [0, 102, 204]],
    ['a second after 101 ms', [1_000, 1_101], [0, 1]],
    ['every 102 ms', [1_000, 1_102, 1_204, 1_306], [0, 0, 0, 0]],
    ['a pause does not save up', [1_000, 9_000, 9_000, 9_000], [0, 0, 102, 204]],
  ])('%s', (_, arrivals, waits) => {
    expect(send(arrivals).map((atMs, index) => atMs - arrivals[index]!)).toEqual(waits);
  });

  it('is as fast as the limit allows: a thousand at once take a hundred and two seconds', () => {
    const sent = send(Array<number>(1_001).fill(1_000));
    expect(sent.at(-1)! - sent[0]!).toBe(1_000 * 102);
  });
});

describe('each request as late as its slot allows, or as early', () => {
  const late = fc.array(fc.boolean(), { minLength: 12, maxLength: 200 });
  const departures = (isLate: readonly boolean[]): number[] =>
    isLate.map((at, slot) => slot * E_RS_LIMIT.intervalMs + (at ? E_RS_LIMIT.toleranceMs : 0));

  it('never two within 83.3 ms, and never eleven within a second', () => {
    fc.assert(
      fc.property(late, (isLate) => {
        const left = departures(isLate);
        for (let index = 1; index < left.length; index += 1)
          expect(left[index]! - left[index - 1]!).toBeGreaterThan(60_000 / 720);
        for (let index = 10; index < left.length; index += 1)
          expect(left[index]! - left[index - 10]!).toBeGreaterThan(1_000);
      }),
    );
  });

  it('97 % of the quota can be used', () => {
    expect(60_000 / E_RS_LIMIT.intervalMs).toBeGreaterThan(0.97 * 600);
  });
});

describe('the shares of replicas', () => {
  const shares = fc.integer({ min: 1, max: 12 });
  const START_MS = Date.UTC(2026, 10, 28);

  it('never have the same slot, and together have them all', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 0, max: 100_000 }), (count, offsetMs) => {
        const slots = Array.from({ length: count }, (_, index) =>
          dividedSlot(E_RS_LIMIT, { index, count }, START_MS + offsetMs),
        ).toSorted((a, b) => a - b);
        for (const [index, atMs] of slots.entries()) {
          expect(atMs).toBeGreaterThanOrEqual(START_MS + offsetMs);
          if (index > 0) expect(atMs - slots[index - 1]!).toBeCloseTo(E_RS_LIMIT.intervalMs, 3);
        }
      }),
    );
  });

  it.each([
    ['alone, from the beginning of a slot', { index: 0, count: 1 }, 1_020, 1_020],
    ['alone, within a slot', { index: 0, count: 1 }, 1_021, 1_122],
    ['the first of three', { index: 0, count: 3 }, 1_020, 1_224],
    ['the second of three', { index: 1, count: 3 }, 1_020, 1_020],
    ['the third of three', { index: 2, count: 3 }, 1_020, 1_122],
    ['the second of three, a moment later', { index: 1, count: 3 }, 1_021, 1_326],
  ])('%s', (_, share, earliestMs, expected) => {
    expect(dividedSlot(E_RS_LIMIT, share, earliestMs)).toBe(expected);
  });

  it.each([
    ['after the last one', 1_020, 1_020, 1_326],
    ['after the last one, which is ahead', 1_020, 1_326, 1_632],
    ['after a pause', 9_000, 1_020, 9_282],
    ['after the last one, which is far ahead', 1_020, 2_520, 2_856],
    ['at once, if the clock was set back by an hour', 1_020, 3_601_020, 1_020],
  ])('the second of three has its next %s', (_, nowMs, lastAtMs, expected) => {
    expect(dividedSlot(E_RS_LIMIT, { index: 1, count: 3 }, nowMs, lastAtMs)).toBe(expected);
  });
});

describe('a read that e-RS answers with 429', () => {
  it.each([
    [1, null, 1_000],
    [2, null, 2_000],
    [3, null, 4_000],
    [4, null, null],
    [1, '3', 3_000],
    [3, '3', 4_000],
    [1, '0', 1_000],
    [1, '120', 120_000],
    [1, '121', null],
    [1, '1000000000', 1_000],
    [1, '-5', 1_000],
    [1, 'Sat, 28 Nov 2026 10:00:00 GMT', 1_000],
    [1, '1.5', 1_000],
  ])('for the %i. time with Retry-After %s waits %s ms', (attempts, header, pause) => {
    expect(throttledPauseMs(attempts, header)).toBe(pause);
  });

  it.each([
    [null, 1],
    ['3', 3],
    ['0', 1],
    ['900', 120],
    ['-1', 1],
    ['soon', 1],
  ])('with Retry-After %s reaches the caller with %i', (header, seconds) => {
    expect(retryAfterS(header)).toBe(seconds);
  });
});
