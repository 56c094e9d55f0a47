import { expect, it } from 'vitest';
import type { HeldRole, StaffRole } from '../governance/permissions.js';
import { type Addressee, type AddressedNotice, receives } from './recipients.js';

const role = (name: StaffRole, odsCodes: string[] | null = null): HeldRole => ({ role: name, odsCodes });
const PERSON: Addressee = {
  ...{ staffId: 'ana', isActive: true, email: 'ana@example.org', unwanted: [] },
  roles: [role('platform-engineer')],
};
const NOTICE: AddressedNotice = {
  ...{ kind: 'approval-requested', odsCodes: ['R69'], staffId: null, exceptStaffId: null, roles: [] },
};

it.each<[string, Partial<Addressee>, Partial<AddressedNotice>, boolean]>([
  ['people who may decide', {}, {}, true],
  ['nobody who is suspended', { isActive: false }, {}, false],
  ['nobody who has no address', { email: null }, {}, false],
  ['nobody who has switched the kind off', { unwanted: ['approval-requested'] }, {}, false],
  ['people who have switched another kind off', { unwanted: ['alarm'] }, {}, true],
  ['not the person who did it', {}, { exceptStaffId: 'ana' }, false],
  ['people other than the one who did it', {}, { exceptStaffId: 'ben' }, true],
  ['the one it is for', {}, { staffId: 'ana' }, true],
  [
    'the one it is for, within reach',
    { roles: [role('platform-engineer', ['R69'])] },
    { staffId: 'ana' },
    true,
  ],
  [
    'not the one it is for, once it is out of reach',
    { roles: [role('platform-engineer', ['RCD'])] },
    { staffId: 'ana' },
    false,
  ],
  [
    'not the one it is for, once their role does not cover its kind',
    { roles: [role('auditor')] },
    { staffId: 'ana' },
    false,
  ],
  ['not the one it is for, once they have no role', { roles: [] }, { staffId: 'ana' }, false],
  ['nobody else than the one it is for', {}, { staffId: 'ben' }, false],
  ['not whose role does not cover its kind', { roles: [role('auditor')] }, {}, false],
  ['not whose role is for another organisation', { roles: [role('platform-engineer', ['RCD'])] }, {}, false],
  ['whose role is for its organisation', { roles: [role('platform-engineer', ['R69'])] }, {}, true],
  [
    'not whose role covers one of its two organisations',
    { roles: [role('platform-engineer', ['R69'])] },
    { odsCodes: ['R69', 'RCD'] },
    false,
  ],
  [
    'not whose role is limited, where it is of no organisation',
    { roles: [role('platform-engineer', ['R69'])] },
    { odsCodes: [] },
    false,
  ],
  ['whose role is not limited, where it is of no organisation', {}, { odsCodes: [] }, true],
  ['not without the role that decides', {}, { roles: ['governance-officer'] }, false],
  [
    'with the role that decides',
    { roles: [role('governance-officer')] },
    { roles: ['governance-officer'] },
    true,
  ],
])('%s', (_, person, notice, expected) => {
  expect(receives({ ...PERSON, ...person }, { ...NOTICE, ...notice })).toBe(expected);
});
