/** SYSTEM records of sign-ins and sessions. They name a user by their id alone. */
import type { AuditValue } from '@gatehouse/domain/audit/audit';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { AuthenticatedUser } from '@gatehouse/domain/users/id-token';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { systemEvent } from '../../adapters/audit/system-event.js';

export type UserEvent = 'USER_SESSION_OPENED' | 'USER_ROLE_CHANGED';

/** Resolves once the event is durable. It names the user by their id alone. @throws GW_AUDIT_UNAVAILABLE */
export async function recordUserEvent(
  deps: PlaneDeps,
  exchange: Exchange,
  session: UserSession,
  event: UserEvent,
  facts: Readonly<Record<string, AuditValue>>,
): Promise<void> {
  const { requestId, startedAtMs } = exchange;
  const { id: userSessionId, clientId, environment, product, userId } = session;
  const named = { requestId, environment, product, userId, userSessionId, ...facts };
  await deps.audit.system(systemEvent(event, deps.clock.now(), named, { startedAtMs, clientId }));
}

/** A user whom the supplier signed in itself, and whose ID token it brought. @throws GW_AUDIT_UNAVAILABLE */
export async function recordBroughtUser(
  deps: PlaneDeps,
  exchange: Exchange,
  { id: clientId, environment }: Client,
  { product, user }: { readonly product: string; readonly user: AuthenticatedUser },
): Promise<void> {
  const { userId, authenticationAssurance: aal, authenticatedAtMs: authTimeMs } = user;
  const { requestId, startedAtMs } = exchange;
  const facts = { requestId, userId, environment, product, aal, ial: 3, authTimeMs, by: 'supplier' };
  await deps.audit.system(systemEvent('USER_SIGNED_IN', deps.clock.now(), facts, { startedAtMs, clientId }));
}
