/** The decision on the current snapshot, and its trace on the exchange. */
import { GatewayError } from '@gatehouse/domain/errors';
import { decide, type RoutePlan } from '@gatehouse/domain/policy';
import { type Client, isLive } from '@gatehouse/domain/registry';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';
import type { Asked } from './match.js';

/** A decision with the environment it leads to. */
export interface Route {
  readonly plan: RoutePlan;
  readonly environment: string;
}

/** @throws the policy's refusal */
export function decideRoute(deps: PlaneDeps, exchange: Exchange, client: Client, asked: Asked): Route {
  const snapshot = deps.registry.current();
  const environment = deps.environments.get(client.environment);
  if (environment === undefined) throw new GatewayError('GW_TOKEN', { detail: 'environment not served' });
  // The client and its key as they are now: both may have changed since it authenticated.
  const current = snapshot.clients.get(client.id);
  if (current?.state !== 'active') throw new GatewayError('GW_TOKEN', { detail: 'client no longer active' });
  const credential = exchange.keyId === null ? undefined : snapshot.credentials.get(exchange.keyId);
  if (credential !== undefined && !isLive(credential, deps.clock.now())) {
    throw new GatewayError('GW_TOKEN', { detail: 'key no longer valid' });
  }
  const decision = decide(snapshot, {
    client: current,
    accessMode: asked.accessMode,
    odsCode: asked.headers.odsCode,
    product: asked.headers.product,
    capability: asked.headers.capability,
    operation: asked.matched.operation,
    environmentKind: environment.kind,
    nowMs: deps.clock.now(),
  });
  exchange.registryVersion = snapshot.version;
  exchange.steps = decision.steps;
  exchange.binding = decision.ok ? decision.plan.binding : decision.binding;
  if (!decision.ok) throw decision.refusal;
  return { plan: decision.plan, environment: environment.name };
}
