/**
 * Tokens for the further applications that a user's grants and roles cover. They are requested as soon as a session is
 * open, because the ID token has often expired when the user changes organisation an hour later. The application that
 * the user used latest comes first.
 */
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Client, Grant } from '@gatehouse/domain/registry/registry';
import { latestUsedFirst } from '@gatehouse/domain/users/latest-used-first';
import { offeredRoles } from '@gatehouse/domain/users/session-role';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import { decideRoute } from '../decide.js';
import type { PlaneDeps } from '../deps.js';
import { type Exchange, exchangeWithin } from '../exchange.js';
import { A030, requestAsUser } from './read-as-user.js';

const MOST_FURTHER_APPLICATIONS = 10;

/** Nothing waits for it. What fails here fails again, with its own refusal, when the user acts at that organisation. */
export function prefetchTokens(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  session: UserSession,
  grants: readonly Grant[],
): void {
  const planAt = (odsCode: string): RoutePlan | null => {
    try {
      const inner = exchangeWithin(exchange, deps.clock, A030, session);
      const request = requestAsUser(inner, A030, { 'NHSD-End-User-Organisation-ODS': odsCode });
      return decideRoute(deps, inner, client, request).plan;
    } catch (error) {
      noToken(error, odsCode);
      return null;
    }
  };
  const noToken = (error: unknown, odsCode: string): void => {
    deps.log.info({ err: error, odsCode }, 'no token yet for a further organisation of a user');
  };
  const prefetch = async (): Promise<void> => {
    const odsCodes = new Set(offeredRoles(session.roles ?? [], grants).map(({ odsCode }) => odsCode));
    const plans = new Map<string, RoutePlan>();
    for (const plan of [...odsCodes].map(planAt)) if (plan !== null) plans.set(applicationOf(plan), plan);
    const lastUsed = await deps.userSignIn.lastUsed(session);
    // The session was opened with a token of one of them.
    for (const id of latestUsedFirst([...plans.keys()], lastUsed, 1 + MOST_FURTHER_APPLICATIONS)) {
      const plan = plans.get(id);
      if (plan !== undefined)
        await deps.userTokens.get(plan).catch((error: unknown) => {
          noToken(error, plan.binding.odsCode);
        });
    }
  };
  prefetch().catch((error: unknown) => {
    deps.log.info({ err: error }, 'no tokens ahead for the further organisations of a user');
  });
}

const applicationOf = ({ binding }: RoutePlan): string => binding.application.id;
