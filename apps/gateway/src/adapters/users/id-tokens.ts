/**
 * Every check of an ID token or logout token of CIS2: its signature by a key that the issuer publishes, then its claims
 * (libs/domain/src/users). API Management makes fewer, so what passes here is what counts.
 */
import { GatewayError } from '@gatehouse/domain/errors';
import { isOfCis1 } from '@gatehouse/domain/users/cis1';
import { type AuthenticatedUser, type IdTokenClaims, judgeIdToken } from '@gatehouse/domain/users/id-token';
import type { IdTokenRejection } from '@gatehouse/domain/users/sign-in-rejection';
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { createIssuerKeys } from '../people/issuer-keys.js';
import { halfHash } from '../people/openid/id-token.js';
import type { IdTokenAlgorithm } from '../people/openid/relying-party.js';

export interface ExpectedFrom {
  /** Of the environment, exactly as CIS2 writes it. */
  readonly issuer: string;
  /** Our CIS2 client for the product. */
  readonly clientId: string;
}

export interface ExpectedOfSignIn extends ExpectedFrom {
  /** Null for a token that the supplier brings. */
  readonly nonce: string | null;
  /** Seconds; null if any age will do. */
  readonly maxAgeS: number | null;
  /** The one that was issued with the ID token; null if there is none at hand. */
  readonly accessToken: string | null;
}

export type IdTokenAnswer =
  | { readonly ok: true; readonly user: AuthenticatedUser }
  | { readonly ok: false; readonly reason: IdTokenRejection };

export interface IdTokens {
  /** @throws GW_CIS2_UNAVAILABLE if the keys of the issuer can't be fetched */
  verify(token: string, expected: ExpectedOfSignIn): Promise<IdTokenAnswer>;
  /**
   * The header and claims of any token that the issuer has signed; its claims are not judged yet.
   * @throws GW_CIS2_UNAVAILABLE
   */
  signedBy(token: string, issuer: string): Promise<IdTokenClaims | IdTokenRejection>;
}

/** CIS2 signs with either, as the client is registered. */
export const CIS2_ALGORITHMS = ['RS256', 'RS512'] as const satisfies readonly IdTokenAlgorithm[];
const MAX_TOKEN_LENGTH = 16_384;

/** @param timeoutMs for one answer of the issuer */
export function createIdTokens(now: () => number, timeoutMs: number): IdTokens {
  const keysOf = createIssuerKeys({ now, timeoutMs });

  async function signedBy(token: string, issuer: string): Promise<IdTokenClaims | IdTokenRejection> {
    const unverified = decoded(token);
    if (unverified === null) return 'malformed';
    const { header, payload } = unverified;
    if (isOfCis1(payload)) return 'cis1';
    if (payload['iss'] !== issuer) return 'iss';
    if (typeof header['kid'] !== 'string' || header['kid'] === '') return 'kid';
    try {
      await compactVerify(token, await keysOf(issuer), { algorithms: [...CIS2_ALGORITHMS] });
      return unverified;
    } catch (error) {
      return rejectionOf(error);
    }
  }

  return {
    signedBy,
    async verify(token, { issuer, clientId, nonce, maxAgeS, accessToken }) {
      const claims = await signedBy(token, issuer);
      if (typeof claims === 'string') return { ok: false, reason: claims };
      const algorithm = String(claims.header['alg']);
      const accessTokenHash = accessToken === null ? null : halfHash(accessToken, algorithm);
      const expected = { issuer, clientId, nonce, maxAgeS, accessTokenHash, nowMs: now() };
      const verdict = judgeIdToken(claims, expected);
      return verdict.ok ? verdict : { ok: false, reason: verdict.fault };
    },
  };
}

function decoded(token: string): IdTokenClaims | null {
  if (token.length > MAX_TOKEN_LENGTH) return null;
  try {
    return { header: { ...decodeProtectedHeader(token) }, payload: decodeJwt(token) };
  } catch {
    return null;
  }
}

/** @throws GW_CIS2_UNAVAILABLE for whatever is not the token's fault */
function rejectionOf(error: unknown): IdTokenRejection {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'kid';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) return 'malformed';
  throw new GatewayError('GW_CIS2_UNAVAILABLE', {
    detail: error instanceof Error ? error.message.slice(0, 200) : 'unknown',
    cause: error,
  });
}
