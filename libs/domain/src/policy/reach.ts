/** The checks that every access mode has in common: the organisation, its application, and what the application needs. */
import type {
  Application,
  Binding,
  Grant,
  Organisation,
  SigningKey,
  Snapshot,
} from '../registry/registry.js';
import type { DecisionSteps, PolicyRequest } from './policy.js';

/**
 * The one binding that a grant leads to, if its organisation and application may be used.
 * @throws GW_ORGANISATION_SUSPENDED, GW_APPLICATION_STATE, GW_ASID_MISSING
 */
export function reachBinding(
  steps: DecisionSteps,
  snapshot: Snapshot,
  grant: Grant,
  {
    client,
    environmentKind,
  }: {
    readonly client: Pick<PolicyRequest['client'], 'environment'>;
    readonly environmentKind: PolicyRequest['environmentKind'];
  },
): { readonly organisation: Organisation; readonly binding: Binding } {
  const organisation = snapshot.organisations.get(grant.odsCode);
  if (organisation?.state !== 'active') throw steps.refused('organisation', 'GW_ORGANISATION_SUSPENDED');
  steps.pass('organisation');

  const binding = bindingFor(organisation.bindings, client.environment, grant);
  steps.binding = binding;
  if (binding?.application.state !== 'live') throw steps.refused('application state', 'GW_APPLICATION_STATE');
  steps.pass('application state');

  if (environmentKind === 'authenticated') {
    const { asid, apiKey } = binding.application;
    if (asid === null || apiKey === null) throw steps.refused('asid', 'GW_ASID_MISSING');
    steps.pass('asid');
  }
  return { organisation, binding };
}

/** @throws GW_MESSAGE_SET */
export function requireInteraction(
  steps: DecisionSteps,
  { interactions }: Application,
  { operation }: PolicyRequest,
): void {
  if (!interactions.has(operation.interaction)) throw steps.refused('message set', 'GW_MESSAGE_SET');
  steps.pass('message set');
}

/** @returns null in an open environment @throws GW_KEY_MISSING */
export function requireSigningKey(
  steps: DecisionSteps,
  { signingKeys }: Application,
  { environmentKind }: PolicyRequest,
): SigningKey | null {
  if (environmentKind === 'open') return null;
  const active = signingKeys.find(({ state }) => state === 'ACTIVE');
  if (active === undefined) throw steps.refused('signing key', 'GW_KEY_MISSING');
  steps.pass('signing key');
  return active;
}

/** The live application's binding if there is one, else any that is not retired, so that its state can be named. */
function bindingFor(bindings: readonly Binding[], environment: string, grant: Grant): Binding | null {
  const candidates = bindings.filter(
    ({ application }) =>
      application.environment === environment &&
      application.product === grant.product &&
      application.accessMode === grant.accessMode &&
      application.capability === grant.capability,
  );
  return (
    candidates.find(({ application }) => application.state === 'live') ??
    candidates.find(({ application }) => application.state !== 'retired') ??
    candidates[0] ??
    null
  );
}
