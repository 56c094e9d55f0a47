import { describe, expect, it } from 'vitest';
import { PERMISSION_NAMES, PERMISSIONS, type Powers, reaches, reachOf } from './permissions.js';

const person = (...roles: NonNullable<Powers['roles']>): Powers => ({ roles, scopes: null });
const everywhere = (role: 'platform-engineer' | 'governance-officer' | 'auditor' | 'administrator') =>
  person({ role, odsCodes: null });

describe('how far a permission reaches', () => {
  it.each([
    ['a role without limit', everywhere('platform-engineer'), 'all'],
    ['another role', everywhere('auditor'), null],
    ['no role', person(), null],
    [
      'a role for some organisations',
      person({ role: 'platform-engineer', odsCodes: ['R69'] }),
      new Set(['R69']),
    ],
    [
      'two limited roles together',
      person(
        { role: 'platform-engineer', odsCodes: ['R69'] },
        { role: 'platform-engineer', odsCodes: ['RCD'] },
      ),
      new Set(['R69', 'RCD']),
    ],
    ['a token of no person with the scope', { roles: null, scopes: ['registry'] }, 'all'],
    ['a token of no person without it', { roles: null, scopes: ['audit'] }, null],
    [
      'a personal token with role and scope',
      { roles: [{ role: 'platform-engineer', odsCodes: null }], scopes: ['registry'] },
      'all',
    ],
    ['a personal token whose person lacks the role', { roles: [], scopes: ['registry'] }, null],
    [
      'a personal token without the scope',
      { roles: [{ role: 'platform-engineer', odsCodes: null }], scopes: ['audit'] },
      null,
    ],
    ['nobody', { roles: null, scopes: null }, null],
  ] as const)('%s', (_name, powers, expected) => {
    expect(reachOf(powers, 'registry.write')).toEqual(expected);
  });

  it('lets an auditor change nothing', () => {
    const writes = PERMISSION_NAMES.filter((name) => /\.(write|decide|stop|review)$/.test(name));
    expect(writes.length).toBeGreaterThan(8);
    for (const name of writes) expect(reachOf(everywhere('auditor'), name), name).toBeNull();
  });

  it('lets nobody make an evidence pack who could not read every part of it', () => {
    const { roles, scopes } = PERMISSIONS['evidence.make'];
    const parts = [
      ...(['registry.read', 'sro.read', 'exception.read', 'signing-key.read', 'change.read'] as const),
      ...(['audit.read', 'audit.export'] as const),
    ];
    for (const part of parts) {
      for (const role of roles) expect(PERMISSIONS[part].roles, part).toContain(role);
      for (const scope of scopes) expect(PERMISSIONS[part].scopes, part).toContain(scope);
    }
  });

  it('lets no token decide a change, review a stop or reveal a patient', () => {
    for (const name of ['change.decide', 'audit.reveal', 'emergency.review'] as const) {
      expect(PERMISSIONS[name].scopes).toEqual([]);
    }
  });
});

describe('what is within reach', () => {
  it.each([
    ['all', ['R69'], true],
    ['all', [], true],
    [new Set(['R69']), ['R69'], true],
    [new Set(['R69']), ['R69', 'RCD'], false],
    [new Set(['R69']), [], false],
  ] as const)('%s over %s: %s', (reach, odsCodes, expected) => {
    expect(reaches(reach, odsCodes)).toBe(expected);
  });
});
