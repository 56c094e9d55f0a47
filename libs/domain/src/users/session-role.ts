/** The role of a session: what it may be, and what is missing where it can't be. */
import { GatewayError } from '../errors.js';
import type { Grant } from '../registry/registry.js';
import type { UserRole } from './roles.js';
import type { UserChoice } from './user-session.js';

/** The roles in which a user can act for a client: those at organisations that it is granted. */
export function offeredRoles(roles: readonly UserRole[], grants: readonly Grant[]): UserRole[] {
  return roles.filter((role) => grants.some(({ odsCode }) => odsCode === role.odsCode));
}

/** The one role that is used without asking; null if there are several. */
export function onlyRole(offered: readonly UserRole[]): UserChoice | null {
  const [role, another] = offered;
  return role === undefined || another !== undefined ? null : { ...role, onBehalfOfUserId: null };
}

/** Why a user has no role for a client: no session is opened then. */
export function noRoleRefusal(roles: readonly UserRole[]): GatewayError {
  if (roles.length === 0)
    return new GatewayError('GW_USER_ROLE', {
      rule: {
        text: 'e-RS names no role for this user.',
        whatToDo:
          'The user asks their Registration Authority for a role with an e-RS business function, and signs in again.',
        whoActs: 'caller',
      },
    });
  const odsCodes = [...new Set(roles.map(({ odsCode }) => odsCode))];
  return new GatewayError('GW_USER_ROLE', {
    candidates: odsCodes,
    rule: {
      text: 'The user has roles, but at no organisation for which this client has a user-restricted grant.',
      whatToDo: 'Ask your platform team for a grant for one of the organisations listed here.',
      whoActs: 'platform team',
    },
  });
}

/** True if A030 named exactly this function at this organisation. */
export function hasRole(roles: readonly UserRole[], wanted: UserRole): boolean {
  return roles.some(
    ({ odsCode, businessFunction }) =>
      odsCode === wanted.odsCode && businessFunction === wanted.businessFunction,
  );
}
