/** Sign-in's view of the parts that gateway.ts has opened. */
import type { Database } from '@gatehouse/db/client';
import { rolesOfClaim } from '@gatehouse/domain/governance/staff-roles';
import { openIdentityProvider } from '../adapters/people/identity-provider.js';
import { beginSignIn, openSession, takeSignIn, welcome } from '../adapters/people/staff-directory.js';
import type { AuthDeps } from '../auth/deps.js';
import type { Config } from '../config/config.js';

export function authDeps(
  staff: NonNullable<Config['staff']>,
  parts: {
    readonly prisma: Database;
    readonly consoleOrigin: string;
    readonly now: () => number;
    readonly log: AuthDeps['log'];
  },
): AuthDeps {
  const { prisma, now, consoleOrigin, log } = parts;
  return {
    provider: openIdentityProvider(staff, now),
    issuer: staff.issuer,
    clientId: staff.clientId,
    consoleOrigin,
    log,
    begin: (attempt) => beginSignIn(prisma, attempt, now()),
    take: (state, handle) => takeSignIn(prisma, state, handle, now()),
    async signIn(identity, browser) {
      const roles = rolesOfClaim(identity.groups, staff.roleRules);
      const person = await welcome(prisma, identity, roles, `sign-in from ${browser.address}`);
      return person === null ? null : openSession(prisma, person.id, browser, now());
    },
  };
}
