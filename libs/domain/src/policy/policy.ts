/**
 * Decides which one binding may serve a client's operation, or refuses it. The function is pure: the same snapshot,
 * request and time always give the same decision, so past decisions can be explained.
 */
import { type ActingAs, businessFunctionRefusal, onBehalfOfRefusal } from './business-function.js';
import type { Operation } from '../ers/catalogue.js';
import { type ErrorCode, GatewayError } from '../errors.js';
import type { Application, Binding, Client, Grant, SigningKey, Snapshot } from '../registry/registry.js';
import type { AccessMode, Capability } from '../registry/records/vocabulary.js';
import { isInForce } from '../governance/sro.js';

/** The checks, in order. The first that fails decides the refusal. */
export const POLICY_STEPS = [
  'grant',
  'organisation',
  'application state',
  'asid',
  'sro',
  'mode',
  'capability',
  'business function',
  'on behalf of',
  'message set',
  'write exception',
  'signing key',
  'user session',
] as const;
export type PolicyStep = (typeof POLICY_STEPS)[number];

export interface PolicyRequest {
  readonly client: Client;
  readonly accessMode: AccessMode;
  /** The caller's choices among the client's grants; null where it made none. */
  readonly odsCode: string | null;
  readonly product: string | null;
  readonly capability: Capability | null;
  readonly operation: Operation;
  /** Null in application-restricted mode. */
  readonly actingAs: ActingAs | null;
  /** `open`: the NHS sandbox, which has no tokens, ASIDs or owners. */
  readonly environmentKind: 'authenticated' | 'open';
  readonly nowMs: number;
}

export interface Step {
  readonly step: PolicyStep;
  readonly ok: boolean;
}

/** What the later stages of the request need to know about the decision. */
export interface RoutePlan {
  readonly binding: Binding;
  readonly registryVersion: number;
  /** Null in an open environment. */
  readonly signingKey: SigningKey | null;
  /** Equal for two decisions if and only if both would send the call under the same identity. */
  readonly identity: string;
}

export type Decision =
  | { readonly ok: true; readonly steps: readonly Step[]; readonly plan: RoutePlan }
  | {
      readonly ok: false;
      readonly steps: readonly Step[];
      readonly refusal: GatewayError;
      /** The binding that was refused, if the checks came that far. */
      readonly binding: Binding | null;
    };

/**
 * The access mode of a request: user-restricted if it names a user session, or if the client has no
 * application-restricted grant at all.
 */
export function accessModeOf(client: Client, namesUserSession: boolean): AccessMode {
  if (namesUserSession) return 'user-restricted';
  const hasApplicationGrant = client.grants.some((grant) => grant.accessMode === 'application-restricted');
  return hasApplicationGrant ? 'application-restricted' : 'user-restricted';
}

/** Decides, in the order of POLICY_STEPS. Never throws for a refusal: the steps up to it are part of the answer. */
export function decide(snapshot: Snapshot, request: PolicyRequest): Decision {
  const steps: Step[] = [];
  let binding: Binding | null = null;

  const pass = (step: PolicyStep): void => {
    steps.push({ step, ok: true });
  };
  const refuseWith = (step: PolicyStep, refusal: GatewayError): Decision => {
    steps.push({ step, ok: false });
    return { ok: false, steps, refusal, binding };
  };
  const refuse = (step: PolicyStep, code: ErrorCode, candidates?: readonly string[]): Decision =>
    refuseWith(step, new GatewayError(code, candidates === undefined ? {} : { candidates }));

  const grants = matchingGrants(request.client.grants, request);
  if (grants.length === 0) return refuse('grant', 'GW_GRANT');
  if (grants.length > 1) return refuse('grant', 'GW_AMBIGUOUS', grants.map(describeGrant));
  const grant = grants[0] as Grant;
  pass('grant');

  const organisation = snapshot.organisations.get(grant.odsCode);
  if (organisation?.state !== 'active') return refuse('organisation', 'GW_ORGANISATION_SUSPENDED');
  pass('organisation');

  binding = bindingFor(organisation.bindings, request.client.environment, grant);
  if (binding?.application.state !== 'live') return refuse('application state', 'GW_APPLICATION_STATE');
  pass('application state');

  const application = binding.application;
  const authenticated = request.environmentKind === 'authenticated';
  if (authenticated) {
    if (application.asid === null || application.apiKey === null) return refuse('asid', 'GW_ASID_MISSING');
    pass('asid');
  }

  const applicationRestricted = grant.accessMode === 'application-restricted';
  if (applicationRestricted) {
    if (authenticated) {
      const inForce = organisation.sroAppointments.some((sro) =>
        isInForce(sro, application.environment, request.nowMs),
      );
      if (!inForce) return refuse('sro', 'GW_SRO_LAPSED');
      pass('sro');
    }
    const terms = request.operation.applicationRestricted;
    if (terms === null) {
      return refuse('mode', request.operation.readOnly ? 'GW_MODE_OPERATION' : 'GW_MODE_READONLY');
    }
    pass('mode');
    if (application.capability === null || !terms.capabilities.includes(application.capability)) {
      return refuse('capability', 'GW_CAPABILITY');
    }
    pass('capability');
  }

  // In an authenticated environment the user session decides both; without one the call ends below.
  if (request.actingAs !== null && !authenticated) {
    const functionRefusal = businessFunctionRefusal(request.operation, request.actingAs);
    if (functionRefusal !== null) return refuseWith('business function', functionRefusal);
    pass('business function');
    const onBehalfRefusal = onBehalfOfRefusal(request.operation, request.actingAs);
    if (onBehalfRefusal !== null) return refuseWith('on behalf of', onBehalfRefusal);
    pass('on behalf of');
  }

  if (!application.interactions.has(request.operation.interaction))
    return refuse('message set', 'GW_MESSAGE_SET');
  pass('message set');

  if (applicationRestricted && !request.operation.readOnly) {
    const code = writeExceptionRefusal(application, request);
    if (code !== null) return refuse('write exception', code);
    pass('write exception');
  }

  const signingKey = application.signingKeys.find((key) => key.state === 'ACTIVE') ?? null;
  if (authenticated) {
    if (signingKey === null) return refuse('signing key', 'GW_KEY_MISSING');
    pass('signing key');
  }

  // An open environment has no users. Elsewhere, sessions come with CIS2 sign-in; until then such a call ends here.
  if (!applicationRestricted && authenticated) return refuse('user session', 'GW_USER_SESSION');

  return { ok: true, steps, plan: planFor(snapshot, binding, authenticated ? signingKey : null) };
}

/** The grants that fit a request's choices. A request needs exactly one. */
export function matchingGrants(
  grants: readonly Grant[],
  request: Pick<PolicyRequest, 'accessMode' | 'odsCode' | 'product' | 'capability'>,
): Grant[] {
  return grants.filter(
    (grant) =>
      grant.accessMode === request.accessMode &&
      (request.odsCode === null || grant.odsCode === request.odsCode) &&
      (request.product === null || grant.product === request.product) &&
      (request.capability === null || grant.capability === request.capability),
  );
}

/** One candidate of an ambiguous choice, in the words of the headers that decide it. */
export function describeGrant(grant: Grant): string {
  const capability = grant.capability === null ? '' : `, Gatehouse-Capability: ${grant.capability}`;
  return `NHSD-End-User-Organisation-ODS: ${grant.odsCode}, Gatehouse-Product: ${grant.product}${capability}`;
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

function writeExceptionRefusal(
  application: Application,
  { operation, environmentKind, nowMs }: PolicyRequest,
): ErrorCode | null {
  const exceptions = application.writeExceptions.filter(
    ({ interaction }) => interaction === operation.interaction,
  );
  if (exceptions.length === 0 || operation.applicationRestricted?.writeException !== true)
    return 'GW_MODE_READONLY';
  const hasNoOwners = environmentKind === 'open';
  const current = exceptions.some(
    ({ revokedAtMs, expiresAtMs, cosignedAtMs }) =>
      revokedAtMs === null &&
      expiresAtMs > nowMs &&
      (hasNoOwners || (cosignedAtMs !== null && cosignedAtMs <= nowMs)),
  );
  return current ? null : 'GW_WRITE_EXCEPTION';
}

function planFor(snapshot: Snapshot, binding: Binding, signingKey: SigningKey | null): RoutePlan {
  const { application } = binding;
  const identity = JSON.stringify([
    application.environment,
    binding.id,
    binding.odsCode,
    application.id,
    application.accessMode,
    application.capability,
    application.asid,
    application.apiKey,
    signingKey?.kid ?? null,
  ]);
  return { binding, registryVersion: snapshot.version, signingKey, identity };
}
