import type { ClientAuth } from 'openid-client';

/** Gatehouse as a client of one identity provider: how it is registered there, and what it requests. */
export interface RelyingParty {
  /** A sign-in that began under this name can't be finished under another. */
  readonly name: string;
  /** Exactly as the provider names itself, a slash at the end included. */
  readonly issuer: string;
  readonly clientId: string;
  /** Adds the client's credentials to a token request. A function, since KMS may have to sign them. */
  readonly authenticateClient: ClientAuth;
  /** Only to remove it from what the provider says before that is logged; null if there is none. */
  readonly clientSecret: string | null;
  readonly redirectUri: string;
  /** Beside `openid`. */
  readonly scopes: readonly string[];
  /** Providers may ignore them: code that needs a level of assurance checks `acr` in the claims. */
  readonly acrValues: readonly string[];
  /** Ways of authentication of which the ID token must name one in `acr`; none: any, or the caller checks. */
  readonly requiredAcr: readonly string[];
  /** The longest time since the person authenticated, which the ID token must then prove; null: any. */
  readonly maxAgeS: number | null;
  /** Those with which the provider may sign ID tokens; only asymmetric ones. */
  readonly algorithms: readonly IdTokenAlgorithm[];
}

export const ID_TOKEN_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384'] as const),
];
export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];
