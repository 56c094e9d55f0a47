/** Roles change while people work: before one is refused that may be new, e-RS is asked again, at most once a minute. */
import { GatewayError } from '@gatehouse/domain/errors';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { Route } from '../decide.js';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { readRoles } from './read-roles.js';

const READ_EVERY_MS = 60_000;

/**
 * The session with the roles that e-RS names now; null if it was asked within the last minute.
 * @param odsCode the organisation whose application asks; null: the first that is granted
 * @throws GW_USER_SESSION, and as `readRoles` does
 */
export async function withFreshRoles(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  session: UserSession,
  odsCode: string | null,
): Promise<UserSession | null> {
  if (!(await deps.userSessions.mayReadRoles(session.id, READ_EVERY_MS))) return null;
  const roles = await readRoles(deps, exchange, client, session, odsCode);
  const updated = await deps.userSessions.setRoles(session.id, roles);
  if (updated === null) throw new GatewayError('GW_USER_SESSION');
  return updated;
}

/** Decides, and once more with fresh roles if the user has no suitable one. @throws the policy's refusal */
export async function decideWithFreshRoles(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  decide: () => Route,
): Promise<Route> {
  try {
    return decide();
  } catch (refusal) {
    const { userSession } = exchange;
    if (!(refusal instanceof GatewayError) || refusal.code !== 'GW_USER_ROLE' || userSession === null)
      throw refusal;
    exchange.userSession = await freshOrRefused(deps, exchange, client, userSession, refusal);
    return decide();
  }
}

/** If e-RS can't say now what the user may be, what it said last holds. */
async function freshOrRefused(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  session: UserSession,
  refusal: GatewayError,
): Promise<UserSession> {
  let fresh: UserSession | null;
  try {
    fresh = await withFreshRoles(deps, exchange, client, session, null);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'GW_USER_SESSION') throw error;
    throw refusal;
  }
  if (fresh === null) throw refusal;
  return fresh;
}
