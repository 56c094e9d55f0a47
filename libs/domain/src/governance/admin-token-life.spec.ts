import { describe, expect, it } from 'vitest';
import { type AdminTokenFacts, adminTokenLife, childExpiryMs } from './admin-token-life.js';

const DAY = 86_400_000;
const service: AdminTokenFacts = { expiresAtMs: 100 * DAY, revokedAtMs: null, parent: null, owner: null };
const owner = { isActive: true, lastSignInMs: 0 };

describe('a token of the admin API', () => {
  it.each<[string, Partial<AdminTokenFacts>, number, unknown[]]>([
    ['of a service until it expires', {}, 99, ['usable', 100, 'expiry']],
    ['expired to the day', {}, 100, ['expired', 100, 'expiry']],
    ['revoked, whatever else', { revokedAtMs: 3 * DAY, owner }, 200, ['revoked', 3, 'revocation']],
    ['until its parent expires', { parent: { expiresAtMs: 50 * DAY } }, 49, ['usable', 50, 'parent']],
    ['expired with its parent', { parent: { expiresAtMs: 50 * DAY } }, 50, ['expired', 50, 'parent']],
    ['before its parent', { parent: { expiresAtMs: 200 * DAY } }, 1, ['usable', 100, 'expiry']],
    ['of a person who signed in lately', { owner }, 29, ['usable', 30, 'sign-in']],
    ['of a person who did not sign in since', { owner }, 30, ['sign-in needed', 30, 'sign-in']],
    [
      'of a person who never signed in',
      { owner: { ...owner, lastSignInMs: null } },
      0,
      ['sign-in needed', null, 'sign-in'],
    ],
    [
      'of a person until it expires',
      { owner: { ...owner, lastSignInMs: 80 * DAY } },
      81,
      ['usable', 100, 'expiry'],
    ],
    [
      'of a person who is suspended',
      { owner: { ...owner, isActive: false } },
      1,
      ['owner suspended', null, 'suspension'],
    ],
  ])('%s', (_, facts, day, [state, endsOnDay, endsBecause]) => {
    const life = adminTokenLife({ ...service, ...facts }, 30 * DAY, day * DAY);
    expect(life).toEqual({
      state,
      endsAtMs: endsOnDay === null ? null : (endsOnDay as number) * DAY,
      endsBecause,
    });
  });

  it('that was created with another token never outlives it', () => {
    expect(childExpiryMs(50, { expiresAtMs: 40 })).toBe(40);
    expect(childExpiryMs(50, { expiresAtMs: 60 })).toBe(50);
    expect(childExpiryMs(50, null)).toBe(50);
  });
});
