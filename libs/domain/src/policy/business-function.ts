/** Whether a user's business function, and acting on behalf of somebody, fit an interaction. */
import type { Operation } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';
import type { UserHeaders } from '../ers/user-headers.js';

/** In whose name a user acts. */
export type ActingAs = Pick<UserHeaders, 'businessFunction' | 'onBehalfOfUserId'>;

/** The one function that acts on behalf of somebody, and must (docs/reference/protocol-facts.md §2). */
const ACTS_FOR_OTHERS = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
/** What e-RS calls an application; a user who claims to be one is rejected by APIM (docs/reference/protocol-facts.md §1.2). */
const APPLICATION_FUNCTIONS: ReadonlySet<string> = new Set([
  'PROVIDER_AUTHORISED_APPLICATION',
  'REFERRER_AUTHORISED_APPLICATION',
  'AUTHORISED_APPLICATION',
]);

/** @returns null if the function may perform the interaction, or if the interaction takes none */
export function businessFunctionRefusal(
  { businessFunctions }: Operation,
  { businessFunction }: ActingAs,
): GatewayError | null {
  if (businessFunction !== null && APPLICATION_FUNCTIONS.has(businessFunction))
    return new GatewayError('GW_HEADER_FORBIDDEN');
  if (businessFunctions.length === 0) return null;
  if (businessFunction === null)
    return new GatewayError('GW_HEADER_SYNTAX', { fhirIssue: 'required', candidates: businessFunctions });
  if (businessFunctions.some((permitted) => permitted === businessFunction)) return null;
  return new GatewayError('GW_BUSINESS_FUNCTION', { candidates: businessFunctions });
}

/** @returns null if the user acts for themselves or for somebody as the interaction requires it, or if it takes no such header */
export function onBehalfOfRefusal(
  { onBehalfOf }: Operation,
  { businessFunction, onBehalfOfUserId }: ActingAs,
): GatewayError | null {
  if (!onBehalfOf) return null;
  if (businessFunction === ACTS_FOR_OTHERS)
    return onBehalfOfUserId === null ? new GatewayError('GW_HEADER_SYNTAX', { fhirIssue: 'required' }) : null;
  return onBehalfOfUserId === null ? null : new GatewayError('GW_HEADER_FORBIDDEN');
}
