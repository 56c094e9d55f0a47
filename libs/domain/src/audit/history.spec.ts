import { describe, expect, it } from 'vitest';
import { HISTORY_TABLES, tablesSeen } from './history.js';
import type { Powers } from '../governance/permissions.js';

const everywhere = (...roles: ('platform-engineer' | 'auditor' | 'administrator')[]): Powers => ({
  roles: roles.map((role) => ({ role, odsCodes: null })),
  scopes: null,
});
const token = (...scopes: string[]): Powers => ({ roles: null, scopes });

describe('the history', () => {
  it.each<[string, Powers, readonly string[]]>([
    [
      'a platform engineer sees nothing of staff',
      everywhere('platform-engineer'),
      ['staff', 'staff_role', 'admin_token'],
    ],
    ['an auditor sees all', everywhere('auditor'), []],
    [
      'a token for the registry sees neither SROs nor exceptions, floors and staff',
      token('registry'),
      [
        ...['sro_appointment', 'write_exception', 'assurance_floor', 'trail_retention'],
        ...['staff', 'staff_role', 'admin_token'],
      ],
    ],
    [
      'a token for governance sees no signing keys',
      token('governance'),
      ['signing_key', 'rotation_policy', 'staff', 'staff_role', 'admin_token'],
    ],
  ])('%s', (_, powers, hidden) => {
    expect(HISTORY_TABLES.filter((table) => !tablesSeen(powers, 'all').includes(table))).toEqual(hidden);
  });

  it('of staff is hidden from a platform engineer who audits only some organisations', () => {
    const powers: Powers = {
      roles: [
        { role: 'platform-engineer', odsCodes: null },
        { role: 'auditor', odsCodes: ['R69'] },
      ],
      scopes: null,
    };
    expect(tablesSeen(powers, 'all')).not.toContain('staff');
    expect(tablesSeen(powers, 'all')).toContain('sro_appointment');
  });

  it('that a limited role sees has the tables that the role may read', () => {
    const powers: Powers = { roles: [{ role: 'auditor', odsCodes: ['R69'] }], scopes: null };
    expect(tablesSeen(powers, new Set(['R69']))).toContain('application');
  });
});
