/**
 * In which role a user makes one call. First the interaction, then the function: a caller may name a function on every
 * call, and one that the interaction does not take decides nothing.
 */
import type { Operation } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';
import { businessFunctionRefusal } from '../policy/business-function.js';
import type { Grant } from '../registry/registry.js';
import { type UserRole, roleInWords } from './roles.js';

export interface RoleRequest {
  /** The client's user-restricted grants for the product of the session. */
  readonly grants: readonly Grant[];
  /** What A030 said of the user. */
  readonly roles: readonly UserRole[];
  /** The request's own choices; null where it made none. */
  readonly odsCode: string | null;
  readonly businessFunction: string | null;
  /** What was chosen for the session; null: nothing yet. */
  readonly sessionRole: UserRole | null;
  readonly operation: Operation;
  /** For the words of a choice. */
  readonly organisationName: (odsCode: string) => string | null;
}

export type RoleChoice =
  | {
      readonly ok: true;
      /** One, except on an interaction that takes no function: there any of them will do, the first one best. */
      readonly grants: readonly Grant[];
      /** Null on an interaction that takes no function. */
      readonly role: UserRole | null;
    }
  | {
      readonly ok: false;
      readonly step: 'grant' | 'role' | 'business function';
      readonly refusal: GatewayError;
      /** Those that the choice of organisation leaves. */
      readonly grants: readonly Grant[];
    };

/** The request's choice holds over the session's. Of what is left open, the one suitable role is used without asking. */
export function chooseRole(request: RoleRequest): RoleChoice {
  const { operation, sessionRole } = request;
  const odsCode = request.odsCode ?? sessionRole?.odsCode ?? null;
  const grants = request.grants.filter((grant) => odsCode === null || grant.odsCode === odsCode);
  if (grants.length === 0) return refused('grant', new GatewayError('GW_GRANT'), grants);
  return operation.businessFunctions.length === 0
    ? withoutFunction(grants, request)
    : withFunction(grants, request);
}

/** A030 finds out what a user may be: an application that serves the user is best, the same one each time. */
function withoutFunction(grants: readonly Grant[], { roles }: RoleRequest): RoleChoice {
  const serves = ({ odsCode }: Grant): boolean => roles.some((role) => role.odsCode === odsCode);
  return {
    ok: true,
    grants: [...grants.filter(serves), ...grants.filter((grant) => !serves(grant))],
    role: null,
  };
}

function withFunction(grants: readonly Grant[], request: RoleRequest): RoleChoice {
  const { operation, roles, organisationName } = request;
  const named = request.businessFunction ?? functionOfSession(request);
  const permitted = operation.businessFunctions;
  const functionRefusal =
    named === null
      ? null
      : businessFunctionRefusal(operation, { businessFunction: named, onBehalfOfUserId: null });
  if (functionRefusal !== null) return refused('business function', functionRefusal, grants);
  const suitable = roles.filter(
    ({ odsCode, businessFunction }) =>
      grants.some((grant) => grant.odsCode === odsCode) &&
      permitted.some((each) => each === businessFunction) &&
      (named === null || businessFunction === named),
  );
  const [role, another] = suitable;
  if (role === undefined)
    return refused('role', new GatewayError('GW_USER_ROLE', { candidates: permitted }), grants);
  if (another !== undefined) {
    const candidates = suitable.map((each) => roleInWords(each, organisationName(each.odsCode)));
    return refused('role', new GatewayError('GW_ROLE_CHOICE', { candidates }), grants);
  }
  return { ok: true, grants: grants.filter(({ odsCode }) => odsCode === role.odsCode), role };
}

/** The session's function is that of its own organisation: at another one, the user may be something else. */
function functionOfSession({ odsCode, sessionRole }: RoleRequest): string | null {
  if (sessionRole === null || (odsCode !== null && odsCode !== sessionRole.odsCode)) return null;
  return sessionRole.businessFunction;
}

function refused(
  step: 'grant' | 'role' | 'business function',
  refusal: GatewayError,
  grants: readonly Grant[],
): RoleChoice {
  return { ok: false, step, refusal, grants };
}
