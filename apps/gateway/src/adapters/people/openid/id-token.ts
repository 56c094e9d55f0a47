/**
 * The checks of an ID token that openid-client leaves to its caller. It has already done all the others of
 * OpenID Connect Core 1.0 §3.1.3.7: issuer, audience, signature by a published key with an algorithm that we accept,
 * expiry, nonce, age of the authentication.
 */
import { createHash } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import type { IDToken } from 'openid-client';
import type { RelyingParty } from './relying-party.js';

/** What a provider returns for a code. */
export interface SignedIn {
  readonly claims: IDToken;
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

/** How far the provider's clock and ours may differ. */
export const SKEW_S = 30;
const MAX_AGE_S = 600;

/** @throws Error that names the claim and no value */
export function checkIdToken(
  party: RelyingParty,
  { claims, idToken, accessToken }: SignedIn,
  nowMs: number,
): void {
  const ageS = nowMs / 1000 - claims.iat;
  // The cause is as openid-client writes it.
  const refuse = (claim: string, message: string) => new Error(message, { cause: { claim, claims } });
  if (ageS > MAX_AGE_S + SKEW_S) throw refuse('iat', 'the ID token was issued too long ago');
  if (ageS < -SKEW_S) throw refuse('iat', 'the ID token was issued in the future');
  if (party.requiredAcr.length > 0 && !party.requiredAcr.includes(claims['acr'] as string))
    throw refuse('acr', 'the ID token names no way of authentication that is accepted');
  // openid-client compares it only where there are several audiences.
  if (claims.azp !== undefined && claims.azp !== party.clientId)
    throw refuse('azp', 'the ID token names another authorized party');
  // Optional in the code flow, but it must match if it is present (OpenID Connect Core 1.0 §3.1.3.8).
  const atHash = claims['at_hash'];
  if (atHash !== undefined && atHash !== halfHash(accessToken, decodeProtectedHeader(idToken).alg ?? ''))
    throw refuse('at_hash', 'the ID token belongs to another access token');
}

/** The left half of the hash that the algorithm signs (OpenID Connect Core 1.0 §3.1.3.6). */
export function halfHash(token: string, algorithm: string): string {
  const hash = createHash(`sha${algorithm.slice(-3)}`)
    .update(token, 'ascii')
    .digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}
