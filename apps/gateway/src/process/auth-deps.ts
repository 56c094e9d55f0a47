/** Sign-in's view of the parts that gateway.ts has opened. */
import { rolesOfClaim } from '@gatehouse/domain/governance/staff-roles';
import { systemEvent } from '../adapters/audit/system-event.js';
import { createSecretBox } from '../adapters/kms/secret-box.js';
import {
  clientAuthentication,
  privateKeyAuthentication,
} from '../adapters/people/openid/client-authentication.js';
import { openClientKey } from '../adapters/people/client-key.js';
import { openIdProviders } from '../adapters/people/openid/openid-provider.js';
import { createPendingSignIns } from '../adapters/people/pending-sign-ins.js';
import { ID_TOKEN_ALGORITHMS } from '../adapters/people/openid/relying-party.js';
import { openSession, welcome } from '../adapters/people/staff-directory.js';
import { findSession, nameOf } from '../adapters/people/staff-sessions.js';
import type { AuthDeps } from '../auth/deps.js';
import type { Config } from '../config/config.js';
import { callerAddressBehind } from '../listener/caller-address.js';
import type { Parts } from './parts.js';

const CALLBACK_PATH = '/auth/callback';

export function authDeps(
  {
    consoleOrigin,
    auditKmsKey,
    tlsTerminatedBy,
  }: Pick<Config, 'consoleOrigin' | 'auditKmsKey' | 'tlsTerminatedBy'>,
  staff: NonNullable<Config['staff']>,
  { prisma, kms, audit }: Pick<Parts, 'prisma' | 'kms' | 'audit'>,
  { now, log }: { readonly now: () => number; readonly log: AuthDeps['log'] },
): AuthDeps {
  const callerAddress = callerAddressBehind(tlsTerminatedBy);
  return {
    party: {
      name: 'staff',
      issuer: staff.issuer,
      clientId: staff.clientId,
      authenticateClient:
        staff.clientKmsKey === undefined
          ? clientAuthentication(staff)
          : privateKeyAuthentication(openClientKey(kms, staff.clientKmsKey, now)),
      clientSecret: staff.clientSecret ?? null,
      redirectUri: consoleOrigin + CALLBACK_PATH,
      scopes: ['profile', 'email'],
      acrValues: staff.acr,
      requiredAcr: staff.acr,
      maxAgeS: staff.maxAgeS,
      algorithms: ID_TOKEN_ALGORITHMS,
    },
    rolesClaim: staff.rolesClaim,
    recognisedGroups: [...new Set(staff.roleRules.map(({ claim }) => claim))],
    providers: openIdProviders(now),
    pending: createPendingSignIns(prisma, createSecretBox(kms, auditKmsKey), now),
    callerAddress,
    rejected: (request, reason, staffId) =>
      audit.rejected({ event: 'SIGN_IN_REJECTED', address: callerAddress(request), reason, staffId }),
    log,
    async signIn(identity, browser) {
      const roles = rolesOfClaim(identity.groups, staff.roleRules);
      const { issuer, subject, name, email, groups } = identity;
      const origin = `sign-in from ${browser.address}`;
      const person = await welcome(prisma, identity, roles, origin, now());
      if (person.isSuspended) return { suspendedStaffId: person.id };
      if (!person.hasRole) {
        const facts = {
          staffId: person.id,
          claim: staff.rolesClaim,
          groups: groups.join(', ').slice(0, 1_000),
        };
        log.warn(
          facts,
          'a person without a role signed in: none of their groups is in GATEHOUSE_STAFF_ROLES',
        );
      }
      const facts = {
        actor: nameOf({ id: subject, name, email }),
        actorIssuer: issuer,
        actorSubject: subject,
        origin,
        hasRole: person.hasRole,
      };
      await audit.system(systemEvent('STAFF_SIGNED_IN', now(), facts));
      return { secret: await openSession(prisma, person.id, browser, now()), hasRole: person.hasRole };
    },
    async signedIn(secret) {
      return (await findSession(prisma, secret, now()))?.staff ?? null;
    },
  };
}
