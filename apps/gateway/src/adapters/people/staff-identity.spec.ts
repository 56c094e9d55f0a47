import { describe, expect, it } from 'vitest';
import { staffIdentity } from './staff-identity.js';

const claims = (changes: object) => ({
  iss: 'https://idp.example',
  sub: 'priya',
  aud: 'gatehouse',
  iat: 0,
  exp: 300,
  ...changes,
});

it.each<[string, object, object]>([
  [
    'everything',
    { name: 'Priya', email: 'p@x.example', groups: ['a', 7, 'b'] },
    { name: 'Priya', email: 'p@x.example', groups: ['a', 'b'] },
  ],
  ['no name', { preferred_username: 'priya.n' }, { name: 'priya.n', email: null, groups: [] }],
  ['nothing but a subject', { name: '', email: 7 }, { name: 'priya', email: null, groups: [] }],
])('an ID token with %s', (_name, changes, expected) => {
  expect(staffIdentity(claims(changes), 'groups')).toEqual({
    issuer: 'https://idp.example',
    subject: 'priya',
    ...expected,
  });
});

describe('the roles claim', () => {
  it.each<[string, object, string, string[]]>([
    ['one level down', { realm_access: { roles: ['a b'] } }, 'realm_access.roles', ['a b']],
    [
      'two levels down',
      { resource_access: { gatehouse: { roles: ['x'] } } },
      'resource_access.gatehouse.roles',
      ['x'],
    ],
    ['with a dot in its own name', { 'nhs.roles': ['y'] }, 'nhs.roles', ['y']],
    ['a single text', { role: 'z' }, 'role', ['z']],
    ['missing', {}, 'realm_access.roles', []],
    ['nothing that is inherited', {}, 'constructor.name', []],
  ])('%s', (_name, changes, rolesClaim, groups) => {
    expect(staffIdentity(claims(changes), rolesClaim).groups).toEqual(groups);
  });
});
