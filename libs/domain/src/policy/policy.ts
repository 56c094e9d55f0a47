/**
 * What a decision about one request takes and gives: the request, the steps, and the route plan or the refusal.
 * `decide.ts` makes it.
 */
import type { ActingAs } from './business-function.js';
import type { Operation } from '../ers/catalogue.js';
import { type ErrorCode, GatewayError } from '../errors.js';
import type { Binding, Client, Grant, SigningKey, Snapshot } from '../registry/registry.js';
import type { AccessMode, Capability } from '../registry/records/vocabulary.js';
import type { UserSession } from '../users/user-session.js';

/** The checks, in order. The first that fails decides the refusal. A request passes those of its access mode. */
export const POLICY_STEPS = [
  'user session',
  'grant',
  'organisation',
  'application state',
  'asid',
  'sro',
  'mode',
  'capability',
  'assurance',
  'role',
  'business function',
  'on behalf of',
  'message set',
  'write exception',
  'signing key',
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
  /** The caller's choices for this one request; null in application-restricted mode. */
  readonly actingAs: ActingAs | null;
  /** Null: the caller names none, or none that it may use. */
  readonly userSession: UserSession | null;
  /** `open`: the NHS sandbox, which has no tokens, ASIDs, owners or users. */
  readonly environmentKind: 'authenticated' | 'open';
  readonly nowMs: number;
}

export interface Step {
  readonly step: PolicyStep;
  readonly ok: boolean;
}

/** Who makes a user-restricted call, and in which role, as it is sent to e-RS; null where the interaction takes none. */
export interface UserOfCall {
  readonly sessionId: string;
  /** 12 digits, as the next but one. */
  readonly userId: string;
  readonly businessFunction: string | null;
  readonly onBehalfOfUserId: string | null;
}

/** What the later stages of the request need to know about the decision. */
export interface RoutePlan {
  readonly binding: Binding;
  readonly registryVersion: number;
  /** Null in an open environment. */
  readonly signingKey: SigningKey | null;
  /** Null in application-restricted mode and in an open environment. */
  readonly user: UserOfCall | null;
  /** Equal for two decisions if and only if both would send the call under the same identity. */
  readonly identity: string;
}

export interface Allowed {
  readonly ok: true;
  readonly steps: readonly Step[];
  readonly plan: RoutePlan;
  /** Epoch ms until which the decision stands in an unchanged registry. Infinity if it doesn't read the clock. */
  readonly validUntilMs: number;
}

export type Decision =
  | Allowed
  | {
      readonly ok: false;
      readonly steps: readonly Step[];
      readonly refusal: GatewayError;
      /** The binding that was refused, if the checks came that far. */
      readonly binding: Binding | null;
    };

/**
 * The access mode of a request: user-restricted if it names a user session, or if the client's grants are all
 * user-restricted. A client without any grant is refused for that, and not for a missing user.
 */
export function accessModeOf(client: Client, namesUserSession: boolean): AccessMode {
  if (namesUserSession) return 'user-restricted';
  const has = (mode: AccessMode): boolean => client.grants.some(({ accessMode }) => accessMode === mode);
  const isForUsersAlone = has('user-restricted') && !has('application-restricted');
  return isForUsersAlone ? 'user-restricted' : 'application-restricted';
}

/** The steps of one decision as they are taken. */
export class DecisionSteps {
  readonly taken: Step[] = [];
  /** The binding that is being judged, once there is one. */
  binding: Binding | null = null;

  pass(step: PolicyStep): void {
    this.taken.push({ step, ok: true });
  }

  /** Notes that a step failed. @returns the refusal, to be thrown */
  refused(step: PolicyStep, refusal: GatewayError | ErrorCode): GatewayError {
    this.taken.push({ step, ok: false });
    return typeof refusal === 'string' ? new GatewayError(refusal) : refusal;
  }

  /**
   * Runs the checks of a decision.
   * @param work throws what `refused` returns, at the first step that fails
   * @param validUntilMs called once they have passed
   */
  decision(work: () => RoutePlan, validUntilMs: () => number = () => Infinity): Decision {
    try {
      return { ok: true, steps: this.taken, plan: work(), validUntilMs: validUntilMs() };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { ok: false, steps: this.taken, refusal: error, binding: this.binding };
    }
  }
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

/** The plan of an allowed call. @param user who makes it, in user-restricted mode */
export function planFor(
  snapshot: Snapshot,
  binding: Binding,
  signingKey: SigningKey | null,
  user: UserOfCall | null,
): RoutePlan {
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
    user?.sessionId ?? null,
    user?.businessFunction ?? null,
    user?.onBehalfOfUserId ?? null,
  ]);
  return { binding, registryVersion: snapshot.version, signingKey, user, identity };
}
