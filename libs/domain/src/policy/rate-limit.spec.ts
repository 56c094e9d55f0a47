import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSlot, rateLimitOf, type RateState, retryAfterS, throttledPauseMs } from './rate-limit.js';

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
  it('never sends two within 100 ms, out of order, or before they arrived', () => {
    fc.assert(
      fc.property(gaps, (list) => {
        let atMs = 1_000;
        const arrivals = list.map((gap) => (atMs += gap));
        const sent = send(arrivals);
        for (const [index, leftMs] of sent.entries()) {
          expect(leftMs).toBeGreaterThanOrEqual(arrivals[index]!);
          if (index > 0) expect(leftMs - sent[index - 1]!).toBeGreaterThanOrEqual(100);
        }
      }),
    );
  });

  it.each([
    ['a first request', [1_000], [0]],
    ['a second at once', [1_000, 1_000], [0, 100]],
    ['a third at once', [1_000, 1_000, 1_000], [0, 100, 200]],
    ['a second after 99 ms', [1_000, 1_099], [0, 1]],
    ['every 100 ms', [1_000, 1_100, 1_200, 1_300], [0, 0, 0, 0]],
    ['a pause does not save up', [1_000, 9_000, 9_000, 9_000], [0, 0, 100, 200]],
  ])('%s', (_, arrivals, waits) => {
    expect(send(arrivals).map((atMs, index) => atMs - arrivals[index]!)).toEqual(waits);
  });

  it('is as fast as the limit allows: a thousand at once take a hundred seconds', () => {
    const sent = send(Array<number>(1_001).fill(1_000));
    expect(sent.at(-1)! - sent[0]!).toBe(1_000 * 100);
  });

  it('counts the requests that are already waiting', () => {
    expect(nextSlot(E_RS_LIMIT, 1_050, 1_000, 3)).toEqual({ waitMs: 350, next: 1_450 });
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
