import { describe, expect, it } from 'vitest';
import { combinedUser } from './combined-user.js';

const OPENED_MS = Date.parse('2026-03-02T09:00:00Z');
const USER = '555073103100';
const judge = (userinfo: unknown, minimumLevel: 2 | 3 = 3) =>
  combinedUser(userinfo, { minimumLevel, openedAtMs: OPENED_MS });

describe('userinfo of combined authentication', () => {
  it('names the user, at the level that was asked for and at the earliest time that it can have been', () => {
    const userinfo = {
      sub: USER,
      nhsid_useruid: USER,
      name: 'Rosa Field',
      authentication_assurance_level: 3,
    };
    expect(judge(userinfo, 2)).toEqual({
      user: {
        userId: USER,
        cis2SessionId: null,
        authenticatedAtMs: Date.parse('2026-03-02T08:55:00Z'),
        authenticationAssurance: 2,
        expiresAtMs: null,
      },
      name: 'Rosa Field',
    });
    expect(judge({ sub: USER })).toMatchObject({ user: { authenticationAssurance: 3 }, name: null });
  });

  it.each<[string, unknown]>([
    ['no object', 'x'],
    ['null', null],
    ['a list', [{ sub: USER }]],
    ['no sub', { nhsid_useruid: USER }],
    ['a sub of 11 digits', { sub: USER.slice(1) }],
    ['a sub with more behind it', { sub: `${USER}\n` }],
    ['a sub that is a number', { sub: 555_073_103_100 }],
    ['two different users', { sub: USER, nhsid_useruid: '555073103101' }],
  ])('%s names nobody', (_name, userinfo) => {
    expect(judge(userinfo)).toBeNull();
  });

  it.each([
    ['none', {}, null],
    ['an empty one', { name: '' }, null],
    ['another type', { name: 1 }, null],
    ['a long one', { name: 'x'.repeat(300) }, 'x'.repeat(200)],
  ])('the name is for people to read: %s', (_name, more, name) => {
    expect(judge({ sub: USER, ...more })?.name).toBe(name);
  });
});
