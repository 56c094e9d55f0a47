import { expect, it } from 'vitest';
import { allowedRoutes } from './allowed-routes.js';
import type { SessionView } from './staff-resources.js';

type Roles = SessionView['roles'];
const ENGINEER: Roles = [{ role: 'platform-engineer', odsCodes: null }];
const LIMITED: Roles = [{ role: 'platform-engineer', odsCodes: ['R69'] }];
const AUDITOR: Roles = [{ role: 'auditor', odsCodes: null }];

it.each([
  ['an engineer lists CIS2 clients', ENGINEER, 'cis2ClientsList', true],
  ['an engineer of some organisations does not', LIMITED, 'cis2ClientsList', false],
  ['nor applies a file', LIMITED, 'registryApply', false],
  ['but lists applications', LIMITED, 'applicationsList', true],
  ['and creates signing keys', LIMITED, 'keyCreate', true],
  ['a role without a limit beside it opens the rest', [...LIMITED, ...AUDITOR], 'cis2ClientsList', true],
  ['an auditor of every organisation applies nothing', AUDITOR, 'registryApply', false],
  ['nobody lists anything without a role', [], 'applicationsList', false],
] as const)('%s', (_name, roles, route, allowed) => {
  expect(allowedRoutes({ roles: [...roles] }).includes(route)).toBe(allowed);
});
