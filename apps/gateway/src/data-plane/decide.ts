/** The decision on the current snapshot, and its trace on the exchange. */
import { OUTSIDE_GRANTS } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import { decide, type RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Workload } from '@gatehouse/domain/registry/records/client-fields';
import { type Client, type Grant, isLive, type Snapshot } from '@gatehouse/domain/registry/registry';
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
  if (!isStillProven(snapshot, exchange, current, deps.clock.now())) {
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
  exchange.asked = askedOf(current, asked);
  exchange.steps = decision.steps;
  exchange.binding = decision.ok ? decision.plan.binding : decision.binding;
  if (!decision.ok) throw decision.refusal;
  return { plan: decision.plan, environment: environment.name };
}

/** Enough to decide again later, and nothing that is no word of the registry. */
function askedOf({ grants }: Client, { accessMode, headers }: Asked): Exchange['asked'] {
  const known = (choice: string | null, of: (grant: Grant) => string | null): string | null =>
    choice === null || grants.some((grant) => of(grant) === choice) ? choice : OUTSIDE_GRANTS;
  return {
    accessMode,
    odsCode: known(headers.odsCode, ({ odsCode }) => odsCode),
    product: known(headers.product, ({ product }) => product),
    capability: known(headers.capability, ({ capability }) => capability),
  };
}

/** The key it came with is still one of the client's, or its workload binding still the one that was verified. */
function isStillProven(snapshot: Snapshot, exchange: Exchange, client: Client, nowMs: number): boolean {
  // Nobody proves anything in an explanation to an operator.
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
