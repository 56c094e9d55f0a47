/** Decides on the current snapshot, and notes the steps of the decision on the exchange. */
import { OUTSIDE_GRANTS } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import type { ActingAs } from '@gatehouse/domain/policy/business-function';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Workload } from '@gatehouse/domain/registry/records/client-fields';
import { type Client, type Grant, isLive, type Snapshot } from '@gatehouse/domain/registry/registry';
import { sessionEnd } from '@gatehouse/domain/users/session-life';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';
import type { MatchedRequest } from './match.js';

/** A decision that allows the call, with the environment the call goes to. */
export interface Route {
  readonly plan: RoutePlan;
  readonly environment: string;
  /** Epoch ms from which the decision must be made again, though the registry is the same. */
  readonly validUntilMs: number;
}

/** @throws the policy's refusal */
export function decideRoute(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  request: MatchedRequest,
): Route {
  const snapshot = deps.registry.current();
  const environment = deps.environments.get(client.environment);
  if (environment === undefined) throw new GatewayError('GW_TOKEN', { detail: 'environment not served' });
  // Both the client and its key may have changed since it authenticated.
  const current = snapshot.clients.get(client.id);
  if (current?.state !== 'active') throw new GatewayError('GW_TOKEN', { detail: 'client no longer active' });
  if (!isStillAuthenticated(snapshot, exchange, current, deps.clock.now())) {
    throw new GatewayError('GW_TOKEN', { detail: 'key no longer valid' });
  }
  const decision = deps.decisions.decide(snapshot, {
    client: current,
    accessMode: request.accessMode,
    odsCode: request.headers.odsCode,
    product: request.headers.product,
    capability: request.headers.capability,
    operation: request.matched.operation,
    actingAs: request.user,
    userSession: sessionNow(deps, exchange),
    environmentKind: environment.kind,
    nowMs: deps.clock.now(),
  });
  exchange.registryVersion = snapshot.version;
  exchange.choices = recordedChoices(current, request, exchange.userSession);
  exchange.actingAs = (decision.ok ? decision.plan.user : null) ?? actingAs(request);
  exchange.noUser = request.user !== null && environment.kind === 'open' ? 'open environment' : null;
  exchange.steps = decision.steps;
  exchange.binding = decision.ok ? decision.plan.binding : decision.binding;
  if (!decision.ok) throw decision.refusal;
  const { expiresAtMs = Infinity } = snapshot.credentials.get(exchange.keyId ?? '') ?? {};
  const validUntilMs = Math.min(decision.validUntilMs, expiresAtMs);
  return { plan: decision.plan, environment: environment.name, validUntilMs };
}

/** A session that was read again since the request began, for this request or another, holds; null once it is over. */
function sessionNow(deps: PlaneDeps, exchange: Exchange): UserSession | null {
  const { userSession } = exchange;
  if (userSession === null) return null;
  const read = deps.userSessions.current(userSession.id);
  if (read !== null && read.version > userSession.version) exchange.userSession = read;
  const isOver = sessionEnd(exchange.userSession ?? userSession, deps.userSessions.limits, deps.clock.now());
  return isOver === null ? exchange.userSession : null;
}

/** The function and the user acted for, where the interaction takes them. Otherwise they are not sent. */
function actingAs({ user, matched: { operation } }: MatchedRequest): ActingAs | null {
  if (user === null) return null;
  return {
    businessFunction: operation.businessFunctions.length > 0 ? user.businessFunction : null,
    onBehalfOfUserId: operation.onBehalfOf ? user.onBehalfOfUserId : null,
  };
}

/** The caller's choices as they are recorded, so that the request can be decided again later. */
function recordedChoices(
  { grants }: Client,
  { accessMode, headers, user }: MatchedRequest,
  session: UserSession | null,
): NonNullable<Exchange['choices']> {
  // A header may hold any text. Only words that the registry has are recorded.
  const known = (choice: string | null, grantValue: (grant: Grant) => string | null): string | null =>
    choice === null || grants.some((grant) => grantValue(grant) === choice) ? choice : OUTSIDE_GRANTS;
  return {
    accessMode,
    odsCode: known(headers.odsCode, ({ odsCode }) => odsCode),
    product: known(headers.product, ({ product }) => product),
    capability: known(headers.capability, ({ capability }) => capability),
    businessFunction: user?.businessFunction ?? null,
    onBehalfOfUserId: user?.onBehalfOfUserId ?? null,
    session: session && {
      product: session.product,
      roles: session.roles?.filter((role) => grants.some(({ odsCode }) => odsCode === role.odsCode)) ?? null,
      choice: session.choice,
      ...(session.onlyOdsCode === null ? {} : { onlyOdsCode: session.onlyOdsCode }),
    },
  };
}

/** True if the key still belongs to the client, or its workload binding is still the one that was verified. */
function isStillAuthenticated(
  snapshot: Snapshot,
  exchange: Exchange,
  client: Client,
  nowMs: number,
): boolean {
  // An operator who asks for an explanation has no key of the client.
  if (exchange.keyId === null) return exchange.explanation;
  if (exchange.workload !== null) {
    return client.workload !== null && isSameWorkload(client.workload, exchange.workload);
  }
  const credential = snapshot.credentials.get(exchange.keyId);
  return credential?.clientId === client.id && isLive(credential, nowMs);
}

function isSameWorkload(a: Workload, b: Workload): boolean {
  return a.issuer === b.issuer && a.subject === b.subject && a.audience === b.audience;
}
