import { describe, expect, it } from 'vitest';
import { nextStep, type RotatingKey, type Rotation } from './rotation.js';
import { whyItWaits } from './rotation-wait.js';

const DAY_MS = 86_400_000;
const T = Date.parse('2026-03-01T00:00:00Z');
const key = (kid: string, state: RotatingKey['state'], times: Partial<RotatingKey> = {}): RotatingKey => ({
  ...{ kid, state, createdAtMs: T, publishedAtMs: T, confirmedAtMs: null, provenAtMs: null },
  ...{ activatedAtMs: null, retiredAtMs: null, removedAtMs: null, disabledAtMs: null },
  ...times,
});
const active = key('old', 'ACTIVE', { activatedAtMs: T });
const rotation = (...keys: RotatingKey[]): Rotation => ({
  ...{ ownerId: 'owner', everyDays: 90, policyAtMs: T - 400 * DAY_MS },
  keys,
});

describe('why a rotation waits', () => {
  it.each<[string, Rotation, number, RegExp | null]>([
    ['no key was used yet', rotation(), T, /first key/],
    ['it does not wait', rotation(active), T, null],
    [
      'the key in use is not due',
      rotation(active, key('new', 'PUBLISHED', { confirmedAtMs: T })),
      T,
      /not due/,
    ],
    [
      'copies of the JWKS',
      rotation(active, key('new', 'PUBLISHED', { confirmedAtMs: T + 90 * DAY_MS })),
      T + 90 * DAY_MS,
      /copy of the JWKS/,
    ],
    [
      'a way back',
      rotation(
        active,
        key('new', 'PUBLISHED', { confirmedAtMs: T }),
        key('older', 'RETIRING', { retiredAtMs: T, activatedAtMs: T - DAY_MS }),
      ),
      T + 1,
      /roll back/,
    ],
  ])('%s', (_, state, nowMs, words) => {
    const text = whyItWaits(state, nextStep(state, nowMs), nowMs);
    if (words === null) expect(text).toBeNull();
    else expect(text).toMatch(words);
  });
});
