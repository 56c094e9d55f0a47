/** Everything an attempt needs before its INTENT: the decision, a token, a turn under the rate limit and a connection. */
import { randomUUIDv7 } from 'node:crypto';
import { GatewayError } from '@gatehouse/domain/errors';
import { departureClass, type DepartureRank, weightOf } from '@gatehouse/domain/policy/departure-order';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import { rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import type { AccessToken } from '../../adapters/nhs/access-token.js';
import type { Departure } from '../../adapters/rate/rate-limiter.js';
import { requireConfidence } from '../confidence.js';
import type { Route } from '../decide.js';
import type { Admitted } from '../admit.js';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import type { Attempt, Call } from './attempt.js';
import { upstreamHeaders } from './headers.js';

/**
 * @returns null if the decision changed in the meantime
 * @throws the policy's refusal, GW_AUDIT_UNAVAILABLE, GW_REGISTRY_STALE, GW_CLOCK, GW_RATE_LIMIT, GW_OVERLOAD, and
 *   what the token source refuses with
 */
export async function prepareAttempt(call: Call): Promise<Attempt | null> {
  const decided = call.decide();
  requireConfidence(call.deps);
  const token = await tokenFor(call, decided);
  call.exchange.trace?.notePart('token', call.deps.clock.monotonicNow());
  // Fetching a token takes time, in which an owner, a key or an exception may have lapsed.
  const route = call.decide();
  if (route.plan.identity !== decided.plan.identity) return null;
  return openAttempt(call, route, token);
}

/** Null in an open environment. */
async function tokenFor({ deps }: Call, { plan }: Route): Promise<AccessToken | null> {
  if (plan.signingKey === null) return null;
  const token = await tokensFor(deps, plan).get(plan);
  if (token.bindingId !== plan.binding.id)
    throw new GatewayError('GW_INTERNAL', { detail: 'token of another binding', law: 6 });
  if (token.applicationId !== plan.binding.application.id)
    throw new GatewayError('GW_INTERNAL', { detail: 'token of another application', law: 6 });
  if (token.sessionId !== (plan.user?.sessionId ?? null))
    throw new GatewayError('GW_INTERNAL', { detail: 'token of another user session', law: 6 });
  return token;
}

type TokensOfPlan = Pick<PlaneDeps['userTokens'], 'get' | 'isUsable' | 'discard'>;

/** Where the tokens of a plan come from: of its application alone, or of a user at it. */
export function tokensFor({ tokens, userTokens }: PlaneDeps, { user }: RoutePlan): TokensOfPlan {
  return user === null ? tokens : userTokens;
}

/** @throws GW_RATE_LIMIT, GW_OVERLOAD */
function openAttempt({ deps, exchange, admitted }: Call, route: Route, token: AccessToken | null): Attempt {
  const { apiBaseUrl = '' } = deps.environments.get(route.environment) ?? {};
  const departure = reserveDeparture(deps, route, rankOf(exchange, admitted, route));
  const seat = deps.upstream.reserve(route.plan.binding.id, apiBaseUrl);
  if (seat === null) {
    departure.giveUp();
    throw new GatewayError('GW_OVERLOAD', { detail: 'all connections of the binding are busy' });
  }
  const id = randomUUIDv7();
  return {
    id,
    number: exchange.attempts + 1,
    startedAtMs: deps.clock.now(),
    sentMs: null,
    route,
    token,
    seat,
    departure,
    headers: upstreamHeaders(admitted, route.plan, id, token?.value ?? null),
  };
}

/** The turn is reserved before INTENT, so that a request which would wait too long is refused without one. */
function reserveDeparture(deps: PlaneDeps, { plan, environment }: Route, rank: DepartureRank): Departure {
  const { requestsPerMinute = 0 } = deps.environments.get(environment) ?? {};
  const limit = rateLimitOf(requestsPerMinute);
  const departure = deps.limiter.reserve(plan.binding.application.id, limit, rank);
  if ('waitMs' in departure)
    throw new GatewayError('GW_RATE_LIMIT', { retryAfterS: Math.ceil(departure.waitMs / 1000) });
  return departure;
}

function rankOf({ client, actor }: Exchange, { matched, headers }: Admitted, { plan }: Route): DepartureRank {
  return {
    class: departureClass(matched.operation, plan.user !== null, headers.isBackground),
    isWrite: !matched.operation.readOnly,
    clientId: client?.id ?? actor?.actor ?? '',
    clientWeight: weightOf(client?.rateShare),
  };
}
