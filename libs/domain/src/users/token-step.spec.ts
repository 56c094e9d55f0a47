import { describe, expect, it } from 'vitest';
import { refreshUntilMs, type TokenNeed, type TokenPairTimes, tokenStep } from './token-step.js';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const pair = (change: Partial<TokenPairTimes> = {}): TokenPairTimes => ({
  generation: 3,
  accessExpiresAtMs: NOW_MS + 4 * MINUTE_MS,
  refreshExpiresAtMs: NOW_MS + 8 * HOUR_MS,
  spendingForMs: null,
  ...change,
});
const step = (change: Partial<TokenNeed> = {}) =>
  tokenStep({
    pair: pair(),
    idTokenExpiresAtMs: NOW_MS - HOUR_MS,
    rejectedGeneration: 0,
    dueGeneration: 0,
    nowMs: NOW_MS,
    spendingMs: 15_000,
    ...change,
  });
const idTokenLives = { idTokenExpiresAtMs: NOW_MS + MINUTE_MS };
const expired = { accessExpiresAtMs: NOW_MS + 5_000 };
const asking = { spendingForMs: 14_999 };
const died = { spendingForMs: 15_000 };
const overSoon = { refreshExpiresAtMs: NOW_MS + 5_000 };

describe('what to do for a user’s token', () => {
  it.each<[string, Partial<TokenNeed>, ReturnType<typeof tokenStep>]>([
    ['it lives', {}, 'use'],
    ['it lives and another replica asks for the next', { pair: pair(asking) }, 'use'],
    ['it is due', { dueGeneration: 3 }, 'refresh'],
    ['an older one was due', { dueGeneration: 2 }, 'use'],
    ['it has expired', { pair: pair(expired) }, 'refresh'],
    ['e-RS rejected it', { rejectedGeneration: 3 }, 'refresh'],
    ['e-RS rejected an older one', { rejectedGeneration: 2 }, 'use'],
    ['due, and another replica asks', { dueGeneration: 3, pair: pair(asking) }, 'use'],
    ['expired, and another replica asks', { pair: pair({ ...expired, ...asking }) }, 'wait'],
    ['rejected, and another replica asks', { rejectedGeneration: 3, pair: pair(asking) }, 'wait'],
    [
      'expired, another asks, the ID token lives',
      { pair: pair({ ...expired, ...asking }), ...idTokenLives },
      'wait',
    ],
    ['due, the other replica died', { dueGeneration: 3, pair: pair(died) }, 'use'],
    [
      'due, the other died, the ID token lives',
      { dueGeneration: 3, pair: pair(died), ...idTokenLives },
      'exchange',
    ],
    ['expired, the other replica died', { pair: pair({ ...expired, ...died }) }, 'sign in again'],
    ['rejected, the other replica died', { rejectedGeneration: 3, pair: pair(died) }, 'sign in again'],
    [
      'expired, the other died, the ID token lives',
      { pair: pair({ ...expired, ...died }), ...idTokenLives },
      'exchange',
    ],
    ['due, the twelve hours are over', { dueGeneration: 3, pair: pair(overSoon) }, 'use'],
    ['expired, the twelve hours are over', { pair: pair({ ...expired, ...overSoon }) }, 'sign in again'],
    [
      'expired, the refresh token is lost',
      { pair: pair({ ...expired, refreshExpiresAtMs: null }) },
      'sign in again',
    ],
    ['none was issued yet', { pair: null, ...idTokenLives }, 'exchange'],
    ['none was issued, and the ID token has expired', { pair: null }, 'sign in again'],
    ['none was issued, and there is no ID token', { pair: null, idTokenExpiresAtMs: null }, 'sign in again'],
  ])('%s', (_, change, expected) => {
    expect(step(change)).toBe(expected);
  });
});

it.each([
  ['the life that APIM says', NOW_MS, 8 * 3_600, NOW_MS - HOUR_MS, NOW_MS + 8 * HOUR_MS - 30_000],
  ['twelve hours from the authentication', NOW_MS, 43_199, NOW_MS - HOUR_MS, NOW_MS + 11 * HOUR_MS - 30_000],
])(
  'a refresh token serves for %s, less half a minute',
  (_, issuedAtMs, lifeS, authenticatedAtMs, untilMs) => {
    expect(refreshUntilMs(issuedAtMs, lifeS, authenticatedAtMs)).toBe(untilMs);
  },
);
