import { randomUUID } from 'node:crypto';
import type { Application } from '../applications.js';
import { answerErs } from '../ers/back-end.js';
import { pathOnly, requestHeader, type Exchange } from '../wire/exchange.js';
import { emptyReply, isReply, jsonReply, type HeaderList, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { APIM_ISSUES, apigeeFault, apimOutcome, emptyForbidden } from './apim-errors.js';
import { ERS_BASE_PATH } from './base-path.js';
import {
  applicationIdentity,
  backEndHeaders,
  sandboxIdentity,
  userIdentity,
  type BackEndIdentity,
} from './back-end-identity.js';
import { bearerToken, verifyAccessToken } from './verify-access-token.js';

/** Notes the application of the request's token, verified or not. */
export function identifyErsRequest(world: World, exchange: Exchange): void {
  const value = bearerToken(exchange);
  const token = value === undefined ? undefined : world.accessTokens.find(value);
  if (token === undefined) return;
  exchange.notes.apiKey = token.apiKey;
  if (token.kid !== undefined) exchange.notes.kid = token.kid;
  if (token.userId !== undefined) exchange.notes.userId = token.userId;
  const application = world.applications.get(token.apiKey);
  if (application === undefined) return;
  exchange.notes.applicationId = application.applicationId;
  if (application.attributes.asid) exchange.notes.asid = application.attributes.asid;
}

/**
 * The e-RS proxy: the checks of ers-target.xml in their order (docs/reference/protocol-facts.md §1.1), then the
 * back end.
 */
export function answerErsProxy(world: World, exchange: Exchange): Reply {
  const path = pathOnly(exchange.path);
  if (path === `${ERS_BASE_PATH}/_ping`) return ping();
  if (path === `${ERS_BASE_PATH}/_status`) return status(world, exchange);
  return withResponseHeaders(exchange, passThrough(world, exchange, path));
}

function passThrough(world: World, exchange: Exchange, path: string): Reply {
  const isR4 = path.includes('/FHIR/R4/');
  const nowMs = world.clock.nowMs();
  if (world.settings.authorisation === 'none') return sandbox(world, exchange, path);
  const caller = verifyAccessToken(world, exchange, isR4);
  if (isReply(caller)) return caller;
  const { token, application } = caller;

  if (token.authType === 'user' && !path.endsWith('/FHIR/R4/PractitionerRole')) {
    const refusal = allowListRefusal(exchange, application, isR4, nowMs);
    if (refusal !== undefined) return refusal;
  }
  const { asid } = application.attributes;
  if (!asid) return apimOutcome(isR4, APIM_ISSUES.missingAsid, nowMs);
  if (world.settings.rateLimits && world.ersLimiter.take(application.apiKey) !== 'ok') {
    return isR4 ? throttledR4(nowMs) : emptyReply(429);
  }

  if (token.authType !== 'user' && token.authType !== 'app') return emptyForbidden();
  const identity =
    token.authType === 'user'
      ? userIdentity(exchange, token, asid, isR4, nowMs)
      : applicationIdentity(exchange, application, asid);
  if (isReply(identity)) return identity;
  noteIdentity(exchange, identity);
  if (exchange.headers['echo'] !== undefined)
    return jsonReply(200, { headers: backEndHeaders(identity, exchange) });
  return answerErs(world, exchange, identity, path.slice(ERS_BASE_PATH.length));
}

/** Records the identity that the back end is given, so that a test can compare it with the caller's. */
function noteIdentity({ notes }: Exchange, identity: BackEndIdentity): void {
  notes.accessMode = identity.accessMode;
  if (identity.odsCode !== '') notes.odsCode = identity.odsCode;
  if (identity.accessMode !== 'user-restricted') return;
  notes.userId = identity.userId;
  if (identity.businessFunction !== '') notes.businessFunction = identity.businessFunction;
  if (identity.onBehalfOfUserId !== undefined) notes.onBehalfOfUserId = identity.onBehalfOfUserId;
}

/** The NHS sandbox: no authorisation, and callers are who their headers say they are (docs/reference/protocol-facts.md §2). */
function sandbox(world: World, exchange: Exchange, path: string): Reply {
  const identity = sandboxIdentity(exchange);
  noteIdentity(exchange, identity);
  return answerErs(world, exchange, identity, path.slice(ERS_BASE_PATH.length));
}

/** The rate limit's own template has no diagnostics (AssignMessage.RatelimitOperationOutcomeResponse.xml). */
function throttledR4(nowMs: number): Reply {
  return apimOutcome(true, APIM_ISSUES.throttled, nowMs);
}

/**
 * EUOAllowlistVerify (docs/reference/protocol-facts.md §1.4): off unless the application's attributes require it.
 */
function allowListRefusal(
  exchange: Exchange,
  application: Application,
  isR4: boolean,
  nowMs: number,
): Reply | undefined {
  const { attributes } = application;
  if (attributes['euo-allowlist-required'] !== 'true') return undefined;
  const odsCode = requestHeader(exchange, 'nhsd-end-user-organisation-ods');
  if (!odsCode) return apimOutcome(isR4, APIM_ISSUES.odsHeaderMissing, nowMs);
  const allowed = attributes['euo-allowlist'];
  if (allowed === undefined)
    return isR4 ? apimOutcome(true, APIM_ISSUES.serviceError, nowMs) : emptyReply(500);
  if (!allowed.split(',').includes(odsCode)) return apimOutcome(isR4, APIM_ISSUES.odsNotInList, nowMs);
  return undefined;
}

/**
 * Response side (docs/reference/protocol-facts.md §1.5): the correlation id is echoed, and nothing may be cached.
 */
function withResponseHeaders(exchange: Exchange, reply: Reply): Reply {
  const headers: [string, string][] = [];
  const correlationId = requestHeader(exchange, 'x-correlation-id');
  if (correlationId !== undefined) headers.push(['X-Correlation-ID', correlationId]);
  headers.push(['Cache-Control', 'no-cache,no-store']);
  return { ...reply, headers: [...reply.headers, ...headers] satisfies HeaderList };
}

function ping(): Reply {
  return jsonReply(200, { version: 'simulator', revision: '1', releaseId: 'simulator', commitId: '0' });
}

function status(world: World, exchange: Exchange): Reply {
  const apiKey = requestHeader(exchange, 'apikey');
  if (apiKey === undefined || world.applications.get(apiKey) === undefined) {
    return apigeeFault(
      401,
      'Failed to resolve API Key variable request.header.apikey',
      'steps.oauth.v2.FailedToResolveAPIKey',
    );
  }
  return jsonReply(200, { status: 'pass', version: 'simulator', transactionId: randomUUID() });
}
