/** Through which application a user signs in by combined authentication (docs/reference/protocol-facts.md §6). */
import type { Grant, Snapshot } from '../registry/registry.js';
import { DecisionSteps, type RoutePlan } from './policy.js';
import { reachBinding } from './reach.js';

/** The one organisation that a login names, at a product. */
export interface CombinedTarget {
  readonly environment: string;
  readonly product: string;
  readonly odsCode: string;
}

/**
 * The binding that the user's calls will go through.
 * @throws GW_ORGANISATION_SUSPENDED, GW_APPLICATION_STATE, GW_ASID_MISSING
 */
export function combinedRoute(
  snapshot: Snapshot,
  { environment, product, odsCode }: CombinedTarget,
): Pick<RoutePlan, 'binding' | 'registryVersion'> {
  const grant: Grant = { odsCode, product, accessMode: 'user-restricted', capability: null };
  const { binding } = reachBinding(new DecisionSteps(), snapshot, grant, {
    client: { environment },
    environmentKind: 'authenticated',
  });
  return { binding, registryVersion: snapshot.version };
}
