/** Maps what an identity provider says about a person to roles. The map is configuration; nothing is guessed. */
import { type HeldRole, STAFF_ROLES, type StaffRole } from './permissions.js';

/** One entry of the map: a person with this value in the claim has this role. */
export interface RoleRule extends HeldRole {
  readonly claim: string;
}

const RULE = /^(?<claim>[^=@,\s]{1,200})=(?<grant>.*)$/;
const GRANT = /^(?<role>[a-z-]+)(?:@(?<codes>[A-Z0-9]{1,10}(?:\+[A-Z0-9]{1,10})*))?$/;

/** `group=role` or `group=role@R69+RCD`; null if it is neither. */
export function parseRoleRule(text: string): RoleRule | null {
  const { claim, grant } = RULE.exec(text)?.groups ?? {};
  return claim === undefined ? null : roleRule(claim, grant ?? '');
}

/**
 * A group by the name that the directory gives it, spaces, commas and equals signs included, with its role.
 * @param grant `role` or `role@R69+RCD`
 * @returns null if the grant is neither
 */
export function roleRule(claim: string, grant: string): RoleRule | null {
  const { role, codes } = GRANT.exec(grant)?.groups ?? {};
  if (claim === '' || !STAFF_ROLES.includes(role as StaffRole)) return null;
  return { claim, role: role as StaffRole, odsCodes: codes === undefined ? null : codes.split('+') };
}

/** The roles of the values in somebody's claim, each once: for every organisation if any rule says so. */
export function rolesOfClaim(values: readonly string[], rules: readonly RoleRule[]): readonly HeldRole[] {
  const roles = new Map<StaffRole, HeldRole>();
  for (const { claim, role, odsCodes } of rules) {
    if (!values.includes(claim)) continue;
    const current = roles.get(role);
    const all = odsCodes === null || current?.odsCodes === null;
    const codes = [...new Set([...(current?.odsCodes ?? []), ...(odsCodes ?? [])])].sort();
    roles.set(role, { role, odsCodes: all ? null : codes });
  }
  return [...roles.values()];
}
