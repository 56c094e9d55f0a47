import type { Client } from '@gatehouse/domain/registry/registry';
import { rolesIn, type UserRole } from '@gatehouse/domain/users/roles';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { A030, readAsUser } from './read-as-user.js';

/**
 * What e-RS says that the user may be (A030).
 * @param odsCode the organisation whose application asks; null: the first that is granted
 * @throws as `readAsUser` does
 */
export async function readRoles(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  session: UserSession,
  odsCode: string | null,
): Promise<UserRole[]> {
  const headers = odsCode === null ? {} : { 'NHSD-End-User-Organisation-ODS': odsCode };
  return rolesIn(await readAsUser(deps, exchange, client, session, { target: A030, headers }));
}
