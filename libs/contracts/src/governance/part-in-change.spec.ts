import { expect, it } from 'vitest';
import { partIn } from './part-in-change.js';

const person = { id: 'staff-1', name: 'Priya Nair', email: 'priya@staff.example' };
const change = {
  requestedByPerson: 'staff-2',
  state: 'pending',
  expiresAt: '2026-11-29T00:00:00Z',
  organisations: ['R69'],
  deciders: [['platform-engineer', 'governance-officer'], ['governance-officer']],
} as const;
const governance = { role: 'governance-officer', odsCodes: null } as const;
const platform = { role: 'platform-engineer', odsCodes: null } as const;
const NOW_MS = Date.parse('2026-11-28T00:00:00Z');

it.each([
  ['with one role of each list', {}, [governance], 'decider'],
  ['for the organisations of the change', {}, [{ ...governance, odsCodes: ['R69', 'RCD'] }], 'decider'],
  ['for other organisations', {}, [{ ...governance, odsCodes: ['RCD'] }], 'reader'],
  ['without a role of every list', {}, [platform], 'reader'],
  ['without a role', {}, [], 'reader'],
  ['who requested it, whatever their roles', { requestedByPerson: person.id }, [governance], 'requester'],
  ['where a service requested it', { requestedByPerson: null }, [governance], 'decider'],
  ['after it has expired', { expiresAt: '2026-11-27T00:00:00Z' }, [governance], 'reader'],
] as const)('a person %s', (_, differing, roles, part) => {
  const given = { ...change, ...differing };
  const view = {
    ...given,
    organisations: [...given.organisations],
    deciders: given.deciders.map((each) => [...each]),
  };
  const heldRoles = roles.map((role) => ({
    ...role,
    odsCodes: role.odsCodes === null ? null : [...role.odsCodes],
  }));
  expect(partIn(view, { person, roles: heldRoles }, NOW_MS)).toBe(part);
});
