import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { ACCESS_TOKEN_LIFE_MS, APPLICATION_SCOPE } from '../access-tokens.js';
import type { Application } from '../applications.js';
import type { Exchange } from '../wire/exchange.js';
import { emptyReply, jsonReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { assertionFault, clientIdOf, decodeAssertion, type ClientAssertion } from './client-assertion.js';
import type { PublicJwk } from './jwks-cache.js';
import { tokenError } from './token-errors.js';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The form of a token request, which is recorded even if the request is rejected. */
export function formOf(exchange: Exchange): URLSearchParams {
  return new URLSearchParams(exchange.body.toString('utf8'));
}

/** Notes the client id, jti and kid of a token request, none of them verified. */
export function identifyTokenRequest(world: World, exchange: Exchange): void {
  const assertion = decodeAssertion(formOf(exchange).get('client_assertion') ?? '');
  if (assertion === undefined) return;
  const { notes } = exchange;
  if (typeof assertion.claims['iss'] === 'string') {
    notes.apiKey = assertion.claims['iss'];
    const application = world.applications.get(notes.apiKey);
    if (application !== undefined) notes.applicationId = application.applicationId;
  }
  if (typeof assertion.claims['jti'] === 'string') notes.jti = assertion.claims['jti'];
  if (typeof assertion.header['kid'] === 'string') notes.kid = assertion.header['kid'];
}

/**
 * `POST /oauth2/token`, client credentials with a signed JWT (docs/reference/protocol-facts.md §3,
 * identity-service-api default.xml 345-450). The order matters: the jti is used up before key lookup, rate
 * limit and signature check.
 */
export async function answerTokenRequest(world: World, exchange: Exchange): Promise<Reply> {
  if (exchange.method !== 'POST') return emptyReply(405, [['Allow', 'POST']]);
  // String equality, as in the policy's condition: a charset parameter is rejected.
  if (exchange.headers['content-type'] !== 'application/x-www-form-urlencoded')
    return tokenError('contentType');
  const form = formOf(exchange);
  const grantType = form.get('grant_type');
  if (!grantType) return tokenError('grantTypeMissing');
  if (grantType !== 'client_credentials') return tokenError('grantTypeInvalid');
  if (form.get('client_assertion_type') !== JWT_BEARER) return tokenError('assertionType');
  const compact = form.get('client_assertion');
  if (!compact) return tokenError('assertionMissing');
  const assertion = decodeAssertion(compact);
  if (assertion === undefined) return tokenError('assertionMalformed');

  const fault = assertionFault(assertion, world.clock.nowMs(), (clientId, jti) =>
    world.jtis.isUsed(clientId, jti),
  );
  if (fault === 'jtiReused') world.requests.counters.duplicateJtis += 1;
  if (fault !== undefined) return tokenError(fault);
  const clientId = clientIdOf(assertion);
  world.jtis.remember(clientId, String(assertion.claims['jti']));

  const application = world.applications.get(clientId);
  if (application === undefined) return tokenError('unknownClient');
  if (application.status !== 'approved') return tokenError('notApproved');
  if (world.settings.rateLimits && world.tokenLimiter.take(clientId) !== 'ok')
    return tokenError('rateLimited');
  return mintFor(world, application, assertion, form);
}

async function mintFor(
  world: World,
  application: Application,
  assertion: ClientAssertion,
  form: URLSearchParams,
): Promise<Reply> {
  const jwksUrl = application.attributes['jwks-resource-url'];
  // The callout needs scheme, host and a path to split the URL into (setServiceCalloutUrl.js).
  if (jwksUrl === undefined || !/^https?:\/\/[^/]+\/.*$/.test(jwksUrl)) return tokenError('noPublicKey');
  const keys = await world.jwks.keysOf(jwksUrl);
  if (keys === 'unreachable') return tokenError('jwksUnreachable');
  const key = publicKeyOf(keys, assertion.header['kid']);
  if (key === undefined) return tokenError('kidUnknown');
  if (!verify('sha512', assertion.signingInput, key, assertion.signature)) return tokenError('signature');
  if (!isAudience(assertion.claims['aud'], world.addresses.tokenUrl)) return tokenError('aud');

  const scopes = applicationScopes(application.products);
  if (scopes.length === 0) return tokenError('noProduct');
  const lifeMs = lifeAskedFor(form);
  const accessToken = world.accessTokens.issue(
    { apiKey: application.apiKey, authType: 'app', scopes, kid: String(assertion.header['kid']) },
    lifeMs,
  );
  world.requests.counters.tokensIssued += 1;
  return jsonReply(200, {
    access_token: accessToken,
    // A string, and one second less than the life (fact U12).
    expires_in: String(Math.max(0, Math.floor(lifeMs / 1000) - 1)),
    token_type: 'Bearer',
    issued_at: String(world.clock.nowMs()),
  });
}

function publicKeyOf(keys: readonly PublicJwk[], kid: unknown): KeyObject | undefined {
  const jwk = keys.find((candidate) => candidate['kid'] === kid && candidate['kty'] === 'RSA');
  if (jwk === undefined) return undefined;
  try {
    return createPublicKey({ key: { kty: 'RSA', n: String(jwk['n']), e: String(jwk['e']) }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function isAudience(aud: unknown, tokenUrl: string): boolean {
  return Array.isArray(aud) ? aud.includes(tokenUrl) : aud === tokenUrl;
}

/** The application scopes of the products; scopes of user-restricted products are left out. */
function applicationScopes(products: readonly string[]): string[] {
  return products
    .filter((product) => product !== 'user-restricted')
    .map((product) =>
      product === 'application-restricted' ? APPLICATION_SCOPE : `urn:nhsd:apim:app:level3:${product}`,
    );
}

/** `_access_token_expiry_ms` can only shorten the life (calculate-access-token-override.js). */
function lifeAskedFor(form: URLSearchParams): number {
  const lifeMs = Number(form.get('_access_token_expiry_ms') ?? Number.NaN);
  return Number.isFinite(lifeMs) && lifeMs > 0 && lifeMs < ACCESS_TOKEN_LIFE_MS
    ? lifeMs
    : ACCESS_TOKEN_LIFE_MS;
}
