/**
 * Decides which one binding may serve a client's operation, or refuses it. The function is pure: the same snapshot,
 * request and time always give the same decision, so past decisions can be explained.
 */
import { businessFunctionRefusal, onBehalfOfRefusal } from './business-function.js';
import { type ErrorCode, GatewayError } from '../errors.js';
import { endOfLondonDayMs, londonDay } from '../governance/london-day.js';
import { isInForce } from '../governance/sro.js';
import type { Application, Grant, Organisation, Snapshot } from '../registry/registry.js';
import {
  type Decision,
  DecisionSteps,
  describeGrant,
  matchingGrants,
  planFor,
  type PolicyRequest,
  type RoutePlan,
} from './policy.js';
import { reachBinding, requireInteraction, requireSigningKey } from './reach.js';
import { decideForUser } from './user-decision.js';

/** Decides, in the order of POLICY_STEPS. Never throws for a refusal: the steps up to it are part of the answer. */
export function decide(snapshot: Snapshot, request: PolicyRequest): Decision {
  const { accessMode, environmentKind } = request;
  if (accessMode === 'user-restricted' && environmentKind === 'authenticated')
    return decideForUser(snapshot, request);
  const steps = new DecisionSteps();
  return steps.decision(
    () => planWithoutUser(steps, snapshot, request),
    () => nextChangeMs(snapshot, request),
  );
}

/** Application-restricted access, and user-restricted access in an open environment, which has no users. */
function planWithoutUser(steps: DecisionSteps, snapshot: Snapshot, request: PolicyRequest): RoutePlan {
  const grant = onlyGrant(steps, request);
  const { organisation, binding } = reachBinding(steps, snapshot, grant, request);
  const { application } = binding;
  if (request.accessMode === 'application-restricted')
    requireRightOfApplication(steps, organisation, application, request);
  else requireFunction(steps, request);
  requireInteraction(steps, application, request);
  if (request.accessMode === 'application-restricted' && !request.operation.readOnly) {
    const code = writeExceptionRefusal(application, request);
    if (code !== null) throw steps.refused('write exception', code);
    steps.pass('write exception');
  }
  return planFor(snapshot, binding, requireSigningKey(steps, application, request), null);
}

/**
 * The next moment at which an owner or an exception may come into force or lapse although the registry stays as it is.
 * An owner's days begin and end at midnight.
 */
function nextChangeMs(snapshot: Snapshot, request: PolicyRequest): number {
  const { client, nowMs } = request;
  const organisations = matchingGrants(client.grants, request).flatMap(
    ({ odsCode }) => snapshot.organisations.get(odsCode) ?? [],
  );
  const ofOwners = organisations
    .flatMap(({ sroAppointments }) => sroAppointments)
    .flatMap(({ acceptedAtMs, withdrawnAtMs }) => [acceptedAtMs, withdrawnAtMs]);
  const ofExceptions = organisations
    .flatMap(({ bindings }) => bindings)
    .flatMap(({ application }) => application.writeExceptions)
    .flatMap(({ cosignedAtMs, expiresAtMs }) => [cosignedAtMs, expiresAtMs]);
  const moments = [endOfLondonDayMs(londonDay(nowMs)), ...ofOwners, ...ofExceptions];
  return Math.min(...moments.filter((momentMs) => momentMs !== null && momentMs > nowMs).map(Number));
}

function onlyGrant(steps: DecisionSteps, request: PolicyRequest): Grant {
  const grants = matchingGrants(request.client.grants, request);
  const [grant] = grants;
  if (grant === undefined) throw steps.refused('grant', 'GW_GRANT');
  if (grants.length > 1) {
    const candidates = grants.map(describeGrant);
    throw steps.refused('grant', new GatewayError('GW_AMBIGUOUS', { candidates }));
  }
  steps.pass('grant');
  return grant;
}

/** An owner, and an interaction that e-RS opens to applications of this capability. */
function requireRightOfApplication(
  steps: DecisionSteps,
  organisation: Organisation,
  application: Application,
  { operation, environmentKind, nowMs }: PolicyRequest,
): void {
  if (environmentKind === 'authenticated') {
    const inForce = organisation.sroAppointments.some((sro) =>
      isInForce(sro, application.environment, nowMs),
    );
    if (!inForce) throw steps.refused('sro', 'GW_SRO_LAPSED');
    steps.pass('sro');
  }
  const terms = operation.applicationRestricted;
  if (terms === null)
    throw steps.refused('mode', operation.readOnly ? 'GW_MODE_OPERATION' : 'GW_MODE_READONLY');
  steps.pass('mode');
  if (application.capability === null || !terms.capabilities.includes(application.capability))
    throw steps.refused('capability', 'GW_CAPABILITY');
  steps.pass('capability');
}

/** Without a user, nothing but the interaction decides on the function. */
function requireFunction(steps: DecisionSteps, { actingAs, operation }: PolicyRequest): void {
  if (actingAs === null) return;
  const functionRefusal = businessFunctionRefusal(operation, actingAs);
  if (functionRefusal !== null) throw steps.refused('business function', functionRefusal);
  steps.pass('business function');
  const onBehalfRefusal = onBehalfOfRefusal(operation, actingAs);
  if (onBehalfRefusal !== null) throw steps.refused('on behalf of', onBehalfRefusal);
  steps.pass('on behalf of');
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
