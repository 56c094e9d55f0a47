/** Finds the user session of a request. Whether it may be used is the first thing that policy decides. */
import { GatewayError } from '@gatehouse/domain/errors';
import { parseUserSession } from '@gatehouse/domain/input/opaque-key';
import type { CallerHeaders } from '@gatehouse/domain/input/request-headers';
import type { Client } from '@gatehouse/domain/registry/registry';
import { sessionEnd } from '@gatehouse/domain/users/session-life';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';

/**
 * Notes the session on the exchange, and that it is in use. An open environment has no users.
 * @throws GW_REGISTRY_STALE if sessions can't be read now
 */
export async function identifyUser(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  { userSession: handle, isBackground }: CallerHeaders,
): Promise<void> {
  if (handle === null || deps.environments.get(client.environment)?.kind !== 'authenticated') return;
  exchange.userSession = await findSession(deps, client, handle, (text) => deps.userSessions.find(text));
  if (exchange.userSession !== null)
    deps.userSessions.touch(exchange.userSession, isBackground || exchange.explanation);
}

/**
 * For the routes that are about the session itself.
 * @throws GW_USER_SESSION if the handle is missing, unknown or of another client, or its session has ended
 */
export async function requireSession(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  { userSession: handle, isBackground }: CallerHeaders,
): Promise<UserSession> {
  // No INTENT follows that would notice a change.
  const read = (text: string) => deps.userSessions.read(text);
  const known = handle === null ? null : await findSession(deps, client, handle, read);
  exchange.userSession = known;
  if (known === null) throw new GatewayError('GW_USER_SESSION');
  deps.userSessions.touch(known, isBackground);
  return known;
}

/** Null for a handle of another client as for an unknown one: nobody learns that it exists. */
async function findSession(
  deps: PlaneDeps,
  client: Client,
  handle: string,
  read: (handle: string) => Promise<UserSession | null>,
): Promise<UserSession | null> {
  if (parseUserSession(handle)?.environment !== client.environment) return null;
  let session: UserSession | null;
  try {
    session = await read(handle);
  } catch (cause) {
    throw new GatewayError('GW_REGISTRY_STALE', { detail: 'user sessions could not be read', cause });
  }
  if (session === null || session.clientId !== client.id) return null;
  return sessionEnd(session, deps.userSessions.limits, deps.clock.now()) === null ? session : null;
}
