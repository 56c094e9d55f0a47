/**
 * The decision on a user's call. The session says who acts, A030 what they may be, the client's grants for which
 * organisations it may speak, and the caller chooses among what all three allow. Neither an owner nor a write exception
 * is asked for: they belong to calls that no person makes.
 */
import { onBehalfOfRefusal } from './business-function.js';
import type { Grant, Organisation, Snapshot } from '../registry/registry.js';
import { chooseRole, type RoleChoice } from '../users/choose-role.js';
import type { AssuranceLevel } from '../users/id-token.js';
import type { UserRole } from '../users/roles.js';
import type { UserSession } from '../users/user-session.js';
import {
  type Decision,
  DecisionSteps,
  matchingGrants,
  planFor,
  type PolicyRequest,
  type RoutePlan,
} from './policy.js';
import { reachBinding, requireInteraction, requireSigningKey } from './reach.js';

/** The level that governance staff need not have set (docs/reference/protocol-facts.md §2). */
const DEFAULT_FLOOR: AssuranceLevel = 3;

/** The lowest level of authentication assurance with which users may act for an organisation. */
export function assuranceFloorOf(
  snapshot: Pick<Snapshot, 'assuranceFloor'>,
  organisation: Pick<Organisation, 'assuranceFloor'>,
): AssuranceLevel {
  return organisation.assuranceFloor ?? snapshot.assuranceFloor ?? DEFAULT_FLOOR;
}

export function decideForUser(snapshot: Snapshot, request: PolicyRequest): Decision {
  const session = usableSession(request);
  if (session === null) {
    const steps = new DecisionSteps();
    return steps.decision(() => {
      throw steps.refused('user session', 'GW_USER_SESSION');
    });
  }
  if (namesAnotherOrganisation(request, session)) {
    const steps = new DecisionSteps();
    return steps.decision(() => {
      steps.pass('user session');
      throw steps.refused('grant', 'GW_OTHER_ORGANISATION');
    });
  }
  const choice = chooseRole({
    grants: grantsOf(request, session),
    roles: session.roles ?? [],
    odsCode: request.odsCode,
    businessFunction: request.actingAs?.businessFunction ?? null,
    sessionRole: session.choice,
    operation: request.operation,
    organisationName: (odsCode) => snapshot.organisations.get(odsCode)?.name ?? null,
  });
  const decisionFor = (grant: Grant | null): Decision => {
    const steps = new DecisionSteps();
    return steps.decision(() => planForUser(steps, snapshot, request, { session, choice, grant }));
  };
  // One organisation can be judged; of several, only that none is chosen can be said.
  if (!choice.ok) return decisionFor(choice.grants.length === 1 ? (choice.grants[0] ?? null) : null);
  // A030 is open to every granted organisation: one that can't be used now must not keep the user from the others.
  const decisions = choice.grants.map(decisionFor);
  return decisions.find(({ ok }) => ok) ?? decisions[0] ?? decisionFor(null);
}

/** Null for a session that has ended, or that another client opened. */
function usableSession({ userSession, client }: PolicyRequest): UserSession | null {
  if (userSession === null || userSession.endedAtMs !== null) return null;
  const isOfClient = userSession.clientId === client.id && userSession.environment === client.environment;
  return isOfClient ? userSession : null;
}

function namesAnotherOrganisation({ odsCode }: PolicyRequest, { onlyOdsCode }: UserSession): boolean {
  return onlyOdsCode !== null && odsCode !== null && odsCode !== onlyOdsCode;
}

/** The user signed in for one product; a request may name it, and no other. */
function grantsOf(request: PolicyRequest, { product, onlyOdsCode }: UserSession): readonly Grant[] {
  if (request.product !== null && request.product !== product) return [];
  return matchingGrants(request.client.grants, { ...request, odsCode: onlyOdsCode, product });
}

interface UserCall {
  readonly session: UserSession;
  readonly choice: RoleChoice;
  /** Null if no single organisation follows from the choice. */
  readonly grant: Grant | null;
}

/** @throws the refusal of the first step that fails */
function planForUser(
  steps: DecisionSteps,
  snapshot: Snapshot,
  request: PolicyRequest,
  { session, choice, grant }: UserCall,
): RoutePlan {
  steps.pass('user session');
  if (!choice.ok && choice.step === 'grant') throw steps.refused('grant', choice.refusal);
  steps.pass('grant');
  if (grant === null) {
    if (!choice.ok) throw steps.refused(choice.step, choice.refusal);
    throw steps.refused('grant', 'GW_GRANT');
  }
  const { organisation, binding } = reachBinding(steps, snapshot, grant, request);
  if (session.authenticationLevel < assuranceFloorOf(snapshot, organisation))
    throw steps.refused('assurance', 'GW_ASSURANCE');
  steps.pass('assurance');
  if (!choice.ok) throw steps.refused(choice.step, choice.refusal);
  steps.pass('role');
  steps.pass('business function');
  const onBehalfOfUserId = requireOnBehalfOf(steps, request, session, choice.role);
  requireInteraction(steps, binding.application, request);
  const signingKey = requireSigningKey(steps, binding.application, request);
  return planFor(snapshot, binding, signingKey, {
    sessionId: session.id,
    userId: session.userId,
    businessFunction: choice.role?.businessFunction ?? null,
    onBehalfOfUserId,
  });
}

/** For whom the user acts: as the request says, else as the session does for this role. Null where nobody is sent. */
function requireOnBehalfOf(
  steps: DecisionSteps,
  { actingAs, operation }: PolicyRequest,
  { choice }: UserSession,
  role: UserRole | null,
): string | null {
  const isChosenRole =
    choice !== null && choice.odsCode === role?.odsCode && choice.businessFunction === role.businessFunction;
  const onBehalfOfUserId = actingAs?.onBehalfOfUserId ?? (isChosenRole ? choice.onBehalfOfUserId : null);
  const businessFunction = role?.businessFunction ?? null;
  const refusal = onBehalfOfRefusal(operation, { businessFunction, onBehalfOfUserId });
  if (refusal !== null) throw steps.refused('on behalf of', refusal);
  steps.pass('on behalf of');
  return operation.onBehalfOf ? onBehalfOfUserId : null;
}
