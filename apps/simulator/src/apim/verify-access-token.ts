import { userScope, APPLICATION_SCOPE, type AccessToken } from '../access-tokens.js';
import type { Application } from '../applications.js';
import { requestHeader, type Exchange } from '../wire/exchange.js';
import { emptyReply, type HeaderList, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { APIM_ISSUES, apimOutcome, type ApimIssue } from './apim-errors.js';

/** Scopes e-RS accepts (OAuthV2.VerifyAccessToken.xml:3). */
const ACCEPTED_SCOPES = new Set([APPLICATION_SCOPE, userScope(3), userScope(2)]);

export interface VerifiedCaller {
  readonly token: AccessToken;
  readonly application: Application;
}

/** The token of an Authorization header; undefined unless the header is `Bearer <token>`. */
export function bearerToken(exchange: Exchange): string | undefined {
  const header = requestHeader(exchange, 'authorization');
  return header?.startsWith('Bearer ') ? header.slice(7) : undefined;
}

/**
 * Apigee's VerifyAccessToken with the e-RS fault rules (docs/reference/protocol-facts.md §1.7). STU3 answers are
 * empty and give the reason only in WWW-Authenticate; R4 answers are OperationOutcomes; both echo the caller's own
 * X-Request-ID.
 */
export function verifyAccessToken(world: World, exchange: Exchange, isR4: boolean): VerifiedCaller | Reply {
  const value = bearerToken(exchange);
  const token = value === undefined ? undefined : world.accessTokens.use(value);
  const refuse = (issue: ApimIssue, errorDescription: string, outcomeOnStu3 = false): Reply => {
    const headers: HeaderList = [
      [
        'WWW-Authenticate',
        `Bearer realm="null",error="invalid_token",error_description="${errorDescription}"`,
      ],
      ...ownRequestId(exchange),
    ];
    return isR4 || outcomeOnStu3
      ? apimOutcome(isR4, issue, world.clock.nowMs(), headers)
      : emptyReply(401, headers);
  };
  if (token === undefined) {
    return value === undefined
      ? refuse(APIM_ISSUES.invalidToken, 'oauth.v2.InvalidAccessToken: Invalid access token')
      : refuse(APIM_ISSUES.invalidToken, 'keymanagement.service.invalid_access_token: Invalid Access Token');
  }
  if (token.expiresAtMs <= world.clock.nowMs()) {
    return refuse(
      APIM_ISSUES.invalidToken,
      'keymanagement.service.access_token_expired: Access Token expired',
    );
  }
  const application = world.applications.get(token.apiKey);
  if (application === undefined || application.status !== 'approved') {
    return refuse(
      APIM_ISSUES.invalidToken,
      'keymanagement.service.invalid_client-app_not_approved: App is not approved',
    );
  }
  if (
    !application.products.some(
      (product) => product === 'application-restricted' || product === 'user-restricted',
    )
  ) {
    return refuse(
      APIM_ISSUES.noProduct,
      'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound: Invalid API call as no apiproduct match found',
    );
  }
  if (!token.scopes.some((scope) => ACCEPTED_SCOPES.has(scope))) {
    return refuse(
      APIM_ISSUES.insufficientAal,
      'keymanagement.service.InsufficientScope: Required scope(s) not present',
      true,
    );
  }
  return { token, application };
}

function ownRequestId(exchange: Exchange): HeaderList {
  const own = requestHeader(exchange, 'x-request-id');
  return own === undefined ? [] : [['X-Request-ID', own]];
}
