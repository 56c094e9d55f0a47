import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Application } from '../applications.js';
import type { Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { assertionFault, clientIdOf, decodeAssertion, type ClientAssertion } from './client-assertion.js';
import type { PublicJwk } from './jwks-cache.js';
import { tokenError } from './token-errors.js';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An application that has proved itself, and the key by which it did. */
export interface VerifiedAssertion {
  readonly application: Application;
  readonly kid: string;
}

export const isJwtBearer = (form: URLSearchParams): boolean =>
  form.get('client_assertion_type') === JWT_BEARER;

/**
 * Checks a signed JWT in APIM's order (docs/reference/protocol-facts.md §3.1, identity-service-api default.xml
 * 345-450). The jti is used up before key lookup, rate limit and signature check.
 */
export async function verifyClientAssertion(
  world: World,
  form: URLSearchParams,
): Promise<VerifiedAssertion | Reply> {
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
  return verifySignature(world, application, assertion);
}

async function verifySignature(
  world: World,
  application: Application,
  { header, claims, signingInput, signature }: ClientAssertion,
): Promise<VerifiedAssertion | Reply> {
  const jwksUrl = application.attributes['jwks-resource-url'];
  // The callout needs scheme, host and a path to split the URL into (setServiceCalloutUrl.js).
  if (jwksUrl === undefined || !/^https?:\/\/[^/]+\/.*$/.test(jwksUrl)) return tokenError('noPublicKey');
  const keys = await world.jwks.keysOf(jwksUrl);
  if (keys === 'unreachable') return tokenError('jwksUnreachable');
  const key = publicKeyOf(keys, header['kid']);
  if (key === undefined) return tokenError('kidUnknown');
  if (!verify('sha512', signingInput, key, signature)) return tokenError('signature');
  if (!isAudience(claims['aud'], world.addresses.tokenUrl)) return tokenError('aud');
  return { application, kid: String(header['kid']) };
}

/** The RSA key with that id in a JWKS; undefined if there is none, or if it can't be read. */
export function publicKeyOf(keys: readonly PublicJwk[], kid: unknown): KeyObject | undefined {
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
