/**
 * Tokens for the further applications that a user's grants and roles cover. They are requested as soon as a session is
 * open, because the ID token has often expired when the user changes organisation an hour later.
 */
import type { Client, Grant } from '@gatehouse/domain/registry/registry';
import { offeredRoles } from '@gatehouse/domain/users/session-role';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import { decideRoute } from '../decide.js';
import type { PlaneDeps } from '../deps.js';
import { type Exchange, exchangeWithin } from '../exchange.js';
import { A030, requestAsUser } from './read-as-user.js';

const MOST_APPLICATIONS = 10;

/** Nothing waits for it. What fails here fails again, with its own refusal, when the user acts at that organisation. */
export function prefetchTokens(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  session: UserSession,
  grants: readonly Grant[],
): void {
  const odsCodes = new Set(offeredRoles(session.roles ?? [], grants).map(({ odsCode }) => odsCode));
  const prefetch = async (): Promise<void> => {
    const applications = new Set<string>();
    for (const odsCode of odsCodes) {
      if (applications.size >= MOST_APPLICATIONS) return;
      try {
        const inner = exchangeWithin(exchange, deps.clock, A030, session);
        const request = requestAsUser(inner, A030, { 'NHSD-End-User-Organisation-ODS': odsCode });
        const { plan } = decideRoute(deps, inner, client, request);
        if (applications.has(plan.binding.application.id)) continue;
        applications.add(plan.binding.application.id);
        await deps.userTokens.get(plan);
      } catch (error) {
        deps.log.info({ err: error, odsCode }, 'no token yet for a further organisation of a user');
      }
    }
  };
  void prefetch();
}
