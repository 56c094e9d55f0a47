import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import passport from 'passport';
import type { SignedIn } from '../adapters/people/openid/id-token.js';
import type { SignInSecrets } from '../adapters/people/openid/openid-provider.js';
import type { PendingSignIn } from '../adapters/people/pending-sign-ins.js';
import type { RelyingParty } from '../adapters/people/openid/relying-party.js';
import { AuthorizationRequest } from './authorization-request.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { safeReturnTo } from './return-to.js';
import { finish, keep, sealedOf } from './sign-in-cookies.js';
import { SignInRefused } from './sign-in-refused.js';

export const STRATEGY = 'openid';

/** Passed by a guard with each request: one strategy serves every provider and both steps of a sign-in. */
export interface SignInOptions {
  readonly party: RelyingParty;
  readonly step: 'begin' | 'finish';
}

/** `request.user` after a callback. */
export interface FinishedSignIn extends SignedIn {
  readonly returnTo: string;
}

/**
 * Signs people in with an identity provider (OpenID Connect, code flow, PKCE). passport-openidconnect sends the browser
 * there; openid-client, behind `providers`, exchanges the code and checks the ID token (ADR 29).
 */
@Injectable()
export class OpenIdStrategy extends passport.Strategy {
  override readonly name = STRATEGY;
  private readonly deps: AuthDeps;

  constructor(@Inject(AUTH_DEPS) deps: AuthDeps) {
    super();
    this.deps = deps;
    passport.use(this);
  }

  /** Passport calls this on an object of its own for each request. */
  override authenticate(request: Request, { party, step }: SignInOptions): void {
    const work = step === 'begin' ? this.begin(request, party) : this.finish(request, party);
    work.catch((error: unknown) => {
      this.error(error);
    });
  }

  private async begin(request: Request, party: RelyingParty): Promise<void> {
    const endpoints = await this.deps.providers.endpoints(party);
    const secrets: SignInSecrets = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
    };
    const returnTo = safeReturnTo(request.query['returnTo']);
    const sealed = await this.deps.pending.seal({ ...secrets, party: party.name, returnTo });
    if (request.res !== undefined) keep(request, request.res, secrets.state, sealed);
    const redirection = new AuthorizationRequest(party, endpoints, {
      state: secrets.state,
      nonce: secrets.nonce,
      codeChallenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    });
    redirection.redirect = (url) => {
      this.redirect(url);
    };
    redirection.error = (error) => {
      this.error(error);
    };
    // Without the request's own query, in which it would look for a callback.
    redirection.authenticate({ query: {} } as Request);
  }

  private async finish(request: Request, party: RelyingParty): Promise<void> {
    const callback = new URL(request.originalUrl, party.redirectUri).searchParams;
    const { pending, sealed } = await this.begun(request, party, callback);
    const signedIn = await this.deps.providers.exchange(party, callback, pending);
    // After the exchange, so that only people who have signed in write a row. The first of two callbacks wins.
    if (!(await this.deps.pending.spend(pending.state))) throw new SignInRefused('stale', pending.returnTo);
    if (request.res !== undefined) finish(request.res, pending.state, sealed);
    const finished: FinishedSignIn = { ...signedIn, returnTo: pending.returnTo };
    this.success(finished);
  }

  /** The sign-in that this browser began with this party and has not finished. */
  private async begun(
    request: Request,
    party: RelyingParty,
    callback: URLSearchParams,
  ): Promise<{ readonly pending: PendingSignIn; readonly sealed: string }> {
    const state = callback.get('state') ?? '';
    const sealed = sealedOf(request, state);
    const opened = sealed === null ? null : await this.deps.pending.unseal(sealed);
    if (sealed === null || opened?.pending.party !== party.name)
      throw new SignInRefused(callback.has('error') ? 'refused' : 'stale');
    const { pending, isTooOld } = opened;
    if (isTooOld || (await this.deps.pending.isSpent(pending.state)))
      throw new SignInRefused('stale', pending.returnTo);
    return { pending, sealed };
  }
}
