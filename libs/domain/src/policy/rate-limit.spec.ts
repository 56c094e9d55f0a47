import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSlot, rateLimitOf, type RateState } from './rate-limit.js';

/** Of one application in production (docs/reference/protocol-facts.md §1.6). */
const E_RS_LIMIT = rateLimitOf(600);

/** The times at which requests that arrive so are sent, each after the wait it was told. */
function send(arrivals: readonly number[]): number[] {
  let state: RateState = 0;
  return arrivals.map((atMs) => {
    const { waitMs, next } = nextSlot(E_RS_LIMIT, state, atMs);
    state = next;
    return atMs + waitMs;
  });
}
function arrivalsOf(gaps: readonly number[]): number[] {
  let atMs = 1_000;
  return gaps.map((gap) => (atMs += gap));
}
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 20_000 })),
  { minLength: 1, maxLength: 300 },
);

describe('e-RS: 600 a minute, and 720 a minute smoothed', () => {
  it('never two within 84 ms, in order, none before it arrived', () => {
    fc.assert(
      fc.property(gaps, (list) => {
        const arrivals = arrivalsOf(list);
        const sent = send(arrivals);
        for (const [index, atMs] of sent.entries()) {
          expect(atMs).toBeGreaterThanOrEqual(arrivals[index]!);
          if (index > 0) expect(atMs - sent[index - 1]!).toBeGreaterThanOrEqual(84);
        }
      }),
    );
  });

  it('never more than 600 in any 60 s, and one of burst', () => {
    // Windows are only full under load, so the herd comes in clumps.
    const clumps = fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 0, max: 45_000 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(clumps, (list) => {
        const sent = send(arrivalsOf(list.flatMap(([count, gap]) => [gap, ...Array<number>(count).fill(0)])));
        for (const [index, from] of sent.entries()) {
          const after = sent[index + 601];
          if (after !== undefined) expect(after - from).toBeGreaterThanOrEqual(60_000);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a first request', [1_000], [0]],
    ['a second at once', [1_000, 1_000], [0, 84]],
    ['a third at once', [1_000, 1_000, 1_000], [0, 84, 184]],
    ['a second after 84 ms', [1_000, 1_084], [0, 0]],
    ['a second after 83 ms', [1_000, 1_083], [0, 1]],
    ['84 ms is no pace to keep', [1_000, 1_084, 1_168], [0, 0, 16]],
    ['every 100 ms', [1_000, 1_100, 1_200, 1_300], [0, 0, 0, 0]],
    ['a pause does not save up', [1_000, 9_000, 9_000, 9_000], [0, 0, 84, 184]],
  ])('%s', (_, arrivals, waits) => {
    expect(send(arrivals).map((atMs, index) => atMs - arrivals[index]!)).toEqual(waits);
  });

  it('is not slower than allowed: a thousand at once take a hundred seconds', () => {
    const sent = send(Array<number>(1_001).fill(1_000));
    expect(sent.at(-1)! - sent[0]!).toBe(1_000 * 100 - 16);
  });
});
