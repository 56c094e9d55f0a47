/** The user of a request that an operator wants explained. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { AssuranceLevel } from '@gatehouse/domain/users/id-token';
import { isUserFunction, type UserRole } from '@gatehouse/domain/users/roles';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from '../deps.js';

/** A user who is described instead of named. */
export interface UserFacts {
  readonly product: string;
  readonly authenticationLevel: AssuranceLevel;
  /** Written R69:REFERRING_CLINICIAN; others are left out. */
  readonly roles: readonly string[];
}

/** A session as it is now, by its id, or one that a user so described would have. Null without a user, or if there is none. */
export async function hypotheticalUser(
  deps: Pick<PlaneDeps, 'userSessions' | 'clock'>,
  client: Client,
  { session, user }: { readonly session?: string | undefined; readonly user?: UserFacts | undefined },
): Promise<UserSession | null> {
  if (session !== undefined) return deps.userSessions.refresh(session);
  if (user === undefined) return null;
  const nowMs = deps.clock.now();
  return {
    ...{ id: randomUUID(), version: 1, clientId: client.id, environment: client.environment },
    product: user.product,
    onlyOdsCode: null,
    userId: '000000000000',
    authenticationLevel: user.authenticationLevel,
    identityLevel: 3,
    ...{ authenticatedAtMs: nowMs, lastActiveAtMs: nowMs, endedAtMs: null },
    roles: user.roles.flatMap(roleOf),
    choice: null,
  };
}

function roleOf(text: string): UserRole[] {
  const [odsCode = '', businessFunction = ''] = text.split(':');
  return isUserFunction(businessFunction) ? [{ odsCode, businessFunction }] : [];
}
