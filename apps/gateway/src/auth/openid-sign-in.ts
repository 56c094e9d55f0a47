import { calculatePKCECodeChallenge } from 'openid-client';
import type { SignedIn } from '../adapters/people/openid/id-token.js';
import type { OpenIdProviders } from '../adapters/people/openid/openid-provider.js';
import type { RelyingParty } from '../adapters/people/openid/relying-party.js';
import type { SignInProvider } from '../adapters/people/sign-in-provider.js';
import { AuthorizationRequest } from './authorization-request.js';

/** What an identity provider has proven, and to whom. */
export interface OpenIdSignIn extends SignedIn {
  readonly party: RelyingParty;
}

/**
 * OpenID Connect, code flow, PKCE. passport-openidconnect builds the address that the browser is sent to; openid-client,
 * behind `providers`, exchanges the code and checks the ID token (ADR 29).
 */
export function openIdSignIn(providers: OpenIdProviders, party: RelyingParty): SignInProvider<OpenIdSignIn> {
  return {
    name: party.name,
    async authorizationUrl({ state, nonce, codeVerifier }) {
      const endpoints = await providers.endpoints(party);
      const codeChallenge = await calculatePKCECodeChallenge(codeVerifier);
      return new AuthorizationRequest(party, endpoints, { state, nonce, codeChallenge }).url();
    },
    finish: async (callback, secrets) => ({ ...(await providers.exchange(party, callback, secrets)), party }),
  };
}
