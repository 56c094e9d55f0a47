import type { Request } from 'express';
import { Strategy } from 'passport-openidconnect';
import type { RelyingParty } from '../adapters/people/openid/relying-party.js';

interface Parameters {
  readonly state: string;
  readonly nonce: string;
  readonly codeChallenge: string;
}

/**
 * Sends one browser to an identity provider: passport-openidconnect builds the authentication request of
 * OpenID Connect Core 1.0 §3.1.2.1. It never sees the callback.
 */
export class AuthorizationRequest extends Strategy {
  private readonly parameters: Parameters;

  constructor(
    party: RelyingParty,
    endpoints: { readonly authorizationUrl: string; readonly tokenUrl: string },
    parameters: Parameters,
  ) {
    super(
      {
        issuer: party.issuer,
        authorizationURL: endpoints.authorizationUrl,
        tokenURL: endpoints.tokenUrl,
        userInfoURL: '',
        callbackURL: party.redirectUri,
        clientID: party.clientId,
        clientSecret: '',
        scope: [...party.scopes],
        acrValues: party.acrValues.length === 0 ? undefined : party.acrValues.join(' '),
        maxAge: party.maxAgeS === null ? undefined : String(party.maxAgeS),
        store: {
          store: (_request, _context, _state, _meta, done) => {
            done(null, parameters.state);
          },
          verify: (_request, _state, done) => {
            done(new Error('this strategy takes no callbacks'));
          },
        },
      },
      (_issuer: string, _profile: unknown, done: (error: Error) => void) => {
        done(new Error('this strategy takes no callbacks'));
      },
    );
    this.parameters = parameters;
  }

  /** Where the browser is to be sent. */
  url(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.redirect = resolve;
      this.error = reject;
      // Without the request's own query, in which it would look for a callback.
      this.authenticate({ query: {} } as Request);
    });
  }

  override authorizationParams(): object {
    const { nonce, codeChallenge } = this.parameters;
    return { nonce, code_challenge: codeChallenge, code_challenge_method: 'S256' };
  }
}
