import { describe, expect, it } from 'vitest';
import { activatableAtMs, isPublished, mayBecome, SIGNING_KEY_STATES } from './signing-key.js';

describe('the life of a signing key', () => {
  /** Every move that exists; the other 18 of the 25 do not. */
  const MOVES = new Set([
    'PENDING PUBLISHED',
    'PENDING REMOVED',
    'PUBLISHED ACTIVE',
    'PUBLISHED REMOVED',
    'ACTIVE RETIRING',
    'RETIRING ACTIVE',
    'RETIRING REMOVED',
  ]);
  const every = SIGNING_KEY_STATES.flatMap((from) => SIGNING_KEY_STATES.map((to) => ({ from, to })));

  it.each(every)('$from → $to', ({ from, to }) => {
    expect(mayBecome(from, to)).toBe(MOVES.has(`${from} ${to}`));
  });

  it('an active key is never removed in one step, and nothing comes back from REMOVED', () => {
    expect(mayBecome('ACTIVE', 'REMOVED')).toBe(false);
    expect(SIGNING_KEY_STATES.filter((to) => mayBecome('REMOVED', to))).toEqual([]);
  });

  it('never signs before it was published', () => {
    expect(SIGNING_KEY_STATES.filter((from) => mayBecome(from, 'ACTIVE'))).toEqual(['PUBLISHED', 'RETIRING']);
  });
});

describe('the published JWKS', () => {
  it.each([
    ['PENDING', false],
    ['PUBLISHED', true],
    ['ACTIVE', true],
    ['RETIRING', true],
    ['REMOVED', false],
  ] as const)('%s is in it: %s', (state, expected) => {
    expect(isPublished(state)).toBe(expected);
  });
});

describe('APIM caches a JWKS for an hour without fetching it again', () => {
  const published = Date.UTC(2026, 5, 1);

  it('the first key of a URL needs no wait', () => {
    expect(activatableAtMs(published, false)).toBe(published);
  });

  it('any later one waits for the hour, plus the 55 s of a slow fetch and a margin for clocks', () => {
    const waitS = (activatableAtMs(published, true) - published) / 1000;
    expect(waitS).toBeGreaterThanOrEqual(3_600 + 55 + 30);
    expect(waitS).toBeLessThan(2 * 3_600);
  });
});
