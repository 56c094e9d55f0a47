import type { Application } from '../applications.js';
import type { AccessToken } from '../access-tokens.js';
import { requestHeader, type Exchange } from '../wire/exchange.js';
import type { Reply } from '../wire/reply.js';
import { APIM_ISSUES, apigeeFault, apimOutcome, emptyForbidden } from './apim-errors.js';

/** Who e-RS believes is calling: the `x-ers-*` and XAPI_ASID headers that APIM sends to the back end. */
export interface BackEndIdentity {
  readonly accessMode: 'user-restricted' | 'application-restricted';
  readonly asid: string;
  readonly odsCode: string;
  readonly businessFunction: string;
  readonly userId: string;
  readonly onBehalfOfUserId?: string;
  readonly commissioningRuleOrganisation?: string;
  readonly fileName?: string;
  readonly intendedUbrn?: string;
}

const SANDBOX_USER = '555073103100';
const APPLICATION_FUNCTIONS = new Set([
  'PROVIDER_AUTHORISED_APPLICATION',
  'REFERRER_AUTHORISED_APPLICATION',
  'AUTHORISED_APPLICATION',
]);

/** user-restricted-flow (docs/reference/protocol-facts.md §1.2): the caller's NHSD-* headers become e-RS's. */
export function userIdentity(
  exchange: Exchange,
  token: AccessToken,
  asid: string,
  isR4: boolean,
  nowMs: number,
): BackEndIdentity | Reply {
  const businessFunction = requestHeader(exchange, 'nhsd-ers-business-function');
  if (businessFunction !== undefined && APPLICATION_FUNCTIONS.has(businessFunction)) {
    return apimOutcome(isR4, APIM_ISSUES.businessFunction, nowMs);
  }
  if ((token.ial ?? 0) < 3) return apimOutcome(isR4, APIM_ISSUES.insufficientIal, nowMs);
  return userFromHeaders(exchange, asid, token.userId ?? '');
}

/** Without a token only the headers say who calls: a user if one of the user headers was sent, otherwise an application. */
export function sandboxIdentity(exchange: Exchange): BackEndIdentity {
  const user = userFromHeaders(exchange, '', SANDBOX_USER);
  const isUser = user.odsCode !== '' || user.businessFunction !== '';
  return isUser ? user : { ...user, accessMode: 'application-restricted' };
}

function userFromHeaders(exchange: Exchange, asid: string, userId: string): BackEndIdentity {
  // An x-ers-* header that the caller sent is overwritten only if the matching NHSD-* header was sent too (fact U6).
  const swapped = (nhsd: string, ers: string) =>
    requestHeader(exchange, nhsd) || requestHeader(exchange, ers);
  const onBehalfOfUserId = swapped('nhsd-ers-on-behalf-of-user-id', 'x-ers-obo-user-id');
  const commissioningRuleOrganisation = swapped('nhsd-ers-comm-rule-org', 'x-ers-xapi-comm-rule-org');
  const fileName = swapped('nhsd-ers-file-name', 'x-ers-xapi-meta-file_name');
  const intendedUbrn = swapped('nhsd-ers-referral-id', 'x-ers-xapi-meta-intended_ubrn');
  return {
    accessMode: 'user-restricted',
    asid,
    odsCode: swapped('nhsd-end-user-organisation-ods', 'x-ers-ods-code') ?? '',
    businessFunction: swapped('nhsd-ers-business-function', 'x-ers-business-function') ?? '',
    userId,
    ...(onBehalfOfUserId ? { onBehalfOfUserId } : {}),
    ...(commissioningRuleOrganisation ? { commissioningRuleOrganisation } : {}),
    ...(fileName ? { fileName } : {}),
    ...(intendedUbrn ? { intendedUbrn } : {}),
  };
}

/**
 * app-restricted-flow (docs/reference/protocol-facts.md §1.3): everything comes from the application's attributes.
 * An absent one is Apigee's own 500, except the business function, which silently becomes the provider's.
 */
export function applicationIdentity(
  exchange: Exchange,
  application: Application,
  asid: string,
): BackEndIdentity | Reply {
  const { headers } = exchange;
  if (
    headers['x-ers-ods-code'] !== undefined ||
    headers['x-ers-business-function'] !== undefined ||
    headers['x-ers-user-id'] !== undefined
  ) {
    return emptyForbidden();
  }
  const { attributes } = application;
  const odsCode = attributes['app-restricted-ods-code'];
  if (odsCode === undefined) return unresolved('app.app-restricted-ods-code');
  const userId = attributes['app-restricted-user-id'];
  if (userId === undefined) return unresolved('app.app-restricted-user-id');
  return {
    accessMode: 'application-restricted',
    asid,
    odsCode,
    businessFunction: attributes['app-restricted-business-function'] ?? 'PROVIDER_AUTHORISED_APPLICATION',
    userId,
  };
}

function unresolved(variable: string): Reply {
  return apigeeFault(500, `Unresolved variable : ${variable}`, 'entities.UnresolvedVariable');
}

/** The headers the back end would see, for the `echo` target of the non-production environments (fact U6). */
export function backEndHeaders(identity: BackEndIdentity, exchange: Exchange): Record<string, string> {
  const correlationId = requestHeader(exchange, 'x-correlation-id');
  return {
    xapi_asid: identity.asid,
    'x-ers-access-mode': identity.accessMode,
    'x-ers-ods-code': identity.odsCode,
    'x-ers-business-function': identity.businessFunction,
    'x-ers-user-id': identity.userId,
    ...(identity.onBehalfOfUserId === undefined ? {} : { 'x-ers-obo-user-id': identity.onBehalfOfUserId }),
    ...(correlationId === undefined ? {} : { 'nhsd-correlation-id': `${correlationId}.echo` }),
  };
}
