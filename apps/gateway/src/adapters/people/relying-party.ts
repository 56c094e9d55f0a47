import type { ClientAuth } from 'openid-client';

/** What this gateway is to one identity provider: the client that was registered there, and what it asks for. */
export interface RelyingParty {
  /** Whose sign-in this is: one that began under this name can't be finished under another. */
  readonly name: string;
  /** Exactly as the provider names itself, a slash at the end included. */
  readonly issuer: string;
  readonly clientId: string;
  /** Adds the client's credentials to a token request. A function, since KMS may have to sign them. */
  readonly authenticateClient: ClientAuth;
  /** Needed here only to black it out of the provider's words; null if there is none. */
  readonly clientSecret: string | null;
  readonly redirectUri: string;
  /** Beside `openid`. */
  readonly scopes: readonly string[];
  /** A wish, by OpenID Connect: whoever needs a level of assurance checks the `acr` of the claims. */
  readonly acrValues: readonly string[];
  /** The longest time since the person authenticated, which the ID token must then prove; null: any. */
  readonly maxAgeS: number | null;
  /** With which the provider may sign ID tokens; only asymmetric ones. */
  readonly algorithms: readonly IdTokenAlgorithm[];
}

export const ID_TOKEN_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384'] as const),
];
export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];
