/**
 * The signed JWT with which a client proves itself to an OpenID provider's token endpoint without a shared secret
 * (private_key_jwt, OpenID Connect Core 1.0 §9). The client assertion for API Management is another one
 * (client-assertion.ts).
 */

/** A provider sees it within seconds; the rest allows for clocks that differ. */
export const OPENID_ASSERTION_LIFETIME_S = 60;

/** In order of preference. */
export const OPENID_ASSERTION_ALGORITHMS = ['RS512', 'RS256'] as const;
export type OpenIdAssertionAlgorithm = (typeof OPENID_ASSERTION_ALGORITHMS)[number];

export interface OpenIdAssertionRequest {
  readonly algorithm: OpenIdAssertionAlgorithm;
  readonly kid: string;
  /** Both `iss` and `sub`. */
  readonly clientId: string;
  /** The exact address of the token endpoint. */
  readonly tokenUrl: string;
  /** Another one for each attempt. */
  readonly jti: string;
  readonly nowMs: number;
}

export interface OpenIdAssertion {
  readonly header: { readonly alg: OpenIdAssertionAlgorithm; readonly typ: 'JWT'; readonly kid: string };
  /** Times in epoch seconds. */
  readonly claims: {
    readonly iss: string;
    readonly sub: string;
    readonly aud: string;
    readonly jti: string;
    readonly iat: number;
    readonly exp: number;
  };
}

export function openIdAssertion(request: OpenIdAssertionRequest): OpenIdAssertion {
  const nowS = Math.floor(request.nowMs / 1000);
  return {
    header: { alg: request.algorithm, typ: 'JWT', kid: request.kid },
    claims: {
      iss: request.clientId,
      sub: request.clientId,
      aud: request.tokenUrl,
      jti: request.jti,
      iat: nowS,
      exp: nowS + OPENID_ASSERTION_LIFETIME_S,
    },
  };
}

/**
 * @param supported as the discovery document lists them; undefined if it doesn't, where every provider should take RS256
 * @returns null if the provider takes none that KMS signs for us
 */
export function openIdAssertionAlgorithm(
  supported: readonly string[] = ['RS256'],
): OpenIdAssertionAlgorithm | null {
  return OPENID_ASSERTION_ALGORITHMS.find((algorithm) => supported.includes(algorithm)) ?? null;
}
