import { expect, it } from 'vitest';
import { createTraceSampler, MOST_FOLLOWED } from './sampling.js';

const parent = (isSampled: boolean) => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled });
const request = { parent: null, clientId: 'client', nowMs: 0, draw: 0.5 };

it.each([
  ['a request without a trace, drawn', { draw: 0.09 }, true],
  ['a request without a trace, not drawn', { draw: 0.1 }, false],
  ['a caller that records its trace', { parent: parent(true), draw: 0.99 }, true],
  ['a caller that does not', { parent: parent(false), draw: 0 }, false],
  [
    'an unknown caller that records its trace, drawn',
    { parent: parent(true), clientId: null, draw: 0 },
    true,
  ],
  ['an unknown caller that records its trace', { parent: parent(true), clientId: null }, false],
])('%s: %o → %s', (_, facts, expected) => {
  expect(createTraceSampler(0.1)({ ...request, ...facts })).toBe(expected);
});

it.each([
  [0, 0, false],
  [1, 0.999_999, true],
])('a ratio of %d decides for every request', (ratio, draw, expected) => {
  expect(createTraceSampler(ratio)({ ...request, draw })).toBe(expected);
});

it('a caller can force no more than its share of each second, and nothing of another’s', () => {
  const isTraced = createTraceSampler(0);
  const traced = (clientId: string, nowMs: number) =>
    Array.from({ length: 100 }, () => isTraced({ parent: parent(true), clientId, nowMs, draw: 0.5 })).filter(
      Boolean,
    ).length;
  expect(traced('eager', 1_000)).toBe(MOST_FOLLOWED);
  expect(traced('eager', 1_999)).toBe(0);
  expect(traced('other', 1_999)).toBe(MOST_FOLLOWED);
  expect(traced('eager', 2_000)).toBe(MOST_FOLLOWED);
});
