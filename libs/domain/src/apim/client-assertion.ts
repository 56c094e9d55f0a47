/**
 * The signed JWT with which APIM's token endpoint knows an application.
 * Source: docs/reference/protocol-facts.md §3.1 (identity-service-api validate-client-assertion-claims.js).
 */

/** Seconds ahead of now at which an assertion expires; APIM refuses more than 300 (+10), and clocks differ. */
export const ASSERTION_LIFETIME_S = 240;

export interface ClientAssertionRequest {
  readonly kid: string;
  /** The APIM API key: both `iss` and `sub`. */
  readonly apiKey: string;
  /** The exact token URL that will be called. */
  readonly tokenUrl: string;
  /** Fresh for every attempt: APIM remembers it for 30 days even if the attempt fails. */
  readonly jti: string;
  readonly nowMs: number;
}

export interface UnsignedJwt {
  readonly header: { readonly alg: 'RS512'; readonly typ: 'JWT'; readonly kid: string };
  readonly claims: {
    readonly iss: string;
    readonly sub: string;
    readonly aud: string;
    readonly jti: string;
    readonly exp: number;
  };
}

export function clientAssertion(request: ClientAssertionRequest): UnsignedJwt {
  return {
    header: { alg: 'RS512', typ: 'JWT', kid: request.kid },
    claims: {
      iss: request.apiKey,
      sub: request.apiKey,
      aud: request.tokenUrl,
      jti: request.jti,
      exp: Math.floor(request.nowMs / 1000) + ASSERTION_LIFETIME_S,
    },
  };
}
