/** What a supplier's server gets to know of a session, in every answer about it. */
import type { SessionAnswer } from '@gatehouse/contracts/partner/sign-in-shapes';
import type { Client } from '@gatehouse/domain/registry/registry';
import { roleInWords, type UserRole } from '@gatehouse/domain/users/roles';
import { endsAtMs } from '@gatehouse/domain/users/session-life';
import { offeredRoles } from '@gatehouse/domain/users/session-role';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from '../deps.js';
import { sessionGrants } from './user-grants.js';

export async function sessionAnswer(
  deps: PlaneDeps,
  client: Client,
  session: UserSession,
): Promise<SessionAnswer> {
  const { organisations } = deps.registry.current();
  const offered = offeredRoles(session.roles ?? [], sessionGrants(client, session));
  const { choice } = session;
  return {
    user: { userId: session.userId, name: await deps.userSessions.nameOf(session.id) },
    assurance: { authentication: session.authenticationLevel, identity: session.identityLevel },
    roles: offered.map((role) => offer(role, organisations.get(role.odsCode)?.name ?? null)),
    role:
      choice === null
        ? null
        : {
            organisation: choice.odsCode,
            businessFunction: choice.businessFunction,
            onBehalfOf: choice.onBehalfOfUserId,
          },
    endsAt: new Date(session.authenticatedAtMs + deps.userSessions.limits.totalMs).toISOString(),
    idleEndsAt: new Date(endsAtMs(session, deps.userSessions.limits)).toISOString(),
  };
}

function offer(role: UserRole, organisationName: string | null): SessionAnswer['roles'][number] {
  const { odsCode: organisation, businessFunction } = role;
  return { organisation, organisationName, businessFunction, inWords: roleInWords(role, organisationName) };
}
