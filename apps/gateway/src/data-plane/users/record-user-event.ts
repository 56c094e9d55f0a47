/** SYSTEM records of sign-ins and sessions. They name a user by their id alone. */
import { randomUUID } from 'node:crypto';
import type { AuditValue } from '@gatehouse/domain/audit/audit';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { UserSignInRejection } from '@gatehouse/domain/users/sign-in-rejection';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';

export type UserEvent = 'USER_SESSION_OPENED' | 'USER_ROLE_CHANGED' | 'USER_SESSION_ENDED';

/** Resolves once the event is durable. It names the user by their id alone. @throws GW_AUDIT_UNAVAILABLE */
export async function recordUserEvent(
  deps: PlaneDeps,
  exchange: Exchange,
  session: UserSession,
  event: UserEvent,
  facts: Readonly<Record<string, AuditValue>>,
): Promise<void> {
  await deps.audit.system({
    kind: 'SYSTEM',
    event,
    attemptId: randomUUID(),
    startedAtMs: exchange.startedAtMs,
    atMs: deps.clock.now(),
    clientId: session.clientId,
    facts: {
      requestId: exchange.requestId,
      environment: session.environment,
      product: session.product,
      userId: session.userId,
      userSessionId: session.id,
      ...facts,
    },
  });
}

/** @throws GW_AUDIT_UNAVAILABLE */
export async function recordRejectedSignIn(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  reason: UserSignInRejection,
): Promise<void> {
  await deps.audit.system({
    kind: 'SYSTEM',
    event: 'USER_SIGN_IN_REJECTED',
    attemptId: randomUUID(),
    startedAtMs: exchange.startedAtMs,
    atMs: deps.clock.now(),
    clientId: client.id,
    facts: {
      requestId: exchange.requestId,
      environment: client.environment,
      reason,
      address: exchange.remoteAddress,
    },
  });
}
