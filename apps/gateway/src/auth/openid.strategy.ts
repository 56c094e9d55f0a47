import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import passport from 'passport';
import type { SignedIn } from '../adapters/people/openid/id-token.js';
import type { SignInSecrets } from '../adapters/people/openid/openid-provider.js';
import type { PendingSignIn } from '../adapters/people/pending-sign-ins.js';
import type { RelyingParty } from '../adapters/people/openid/relying-party.js';
import { AuthorizationRequest } from './authorization-request.js';
import { SIGN_IN_DEPS, type SignInDeps } from './deps.js';
import { finish, keep, sealedOf, type SignInCookies } from './sign-in-cookies.js';
import { SignInRefused } from './sign-in-refused.js';

export const STRATEGY = 'openid';

/** Passed by a guard with each request: one strategy serves every provider and both steps of a sign-in. */
export type SignInOptions = BeginOptions | FinishOptions;

export interface BeginOptions {
  readonly step: 'begin';
  readonly cookies: SignInCookies;
  readonly party: RelyingParty;
  readonly purpose: SignInPurpose;
}

/** What the sign-in is for, kept until the browser comes back. */
type SignInPurpose = Pick<PendingSignIn, 'returnTo' | 'loginId'>;

export interface FinishOptions {
  readonly step: 'finish';
  readonly cookies: SignInCookies;
  /** The party with which the sign-in must have begun. */
  partyOf(pending: PendingSignIn): RelyingParty | Promise<RelyingParty>;
}

/** `request.user` after a callback. */
export interface FinishedSignIn extends SignedIn {
  readonly party: RelyingParty;
  readonly pending: PendingSignIn;
}

/**
 * Signs people in with an identity provider (OpenID Connect, code flow, PKCE). passport-openidconnect sends the browser
 * there; openid-client, behind `providers`, exchanges the code and checks the ID token (ADR 29).
 */
@Injectable()
export class OpenIdStrategy extends passport.Strategy {
  override readonly name = STRATEGY;
  private readonly deps: SignInDeps;

  constructor(@Inject(SIGN_IN_DEPS) deps: SignInDeps) {
    super();
    this.deps = deps;
    passport.use(this);
  }

  /** Passport calls this on an object of its own for each request. */
  override authenticate(request: Request, options: SignInOptions): void {
    const work = options.step === 'begin' ? this.begin(request, options) : this.finish(request, options);
    work.catch((error: unknown) => {
      this.error(error);
    });
  }

  private async begin(request: Request, { party, cookies, purpose }: BeginOptions): Promise<void> {
    const endpoints = await this.deps.providers.endpoints(party);
    const secrets: SignInSecrets = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
    };
    const { state } = secrets;
    const sealed = await this.deps.pending.seal({ ...secrets, ...purpose, party: party.name });
    if (request.res !== undefined) keep(request, request.res, cookies, { state, sealed });
    const redirection = new AuthorizationRequest(party, endpoints, {
      state,
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

  private async finish(request: Request, options: FinishOptions): Promise<void> {
    const callback = new URL(request.originalUrl, 'http://callback.invalid').searchParams;
    const { pending, sealed } = await this.begun(request, options, callback);
    const { state } = pending;
    const party = await options.partyOf(pending);
    if (pending.party !== party.name) throw new SignInRefused('stale');
    const signedIn = await this.deps.providers.exchange(party, callback, pending);
    // After the exchange, so that only people who have signed in write a row. The first of two callbacks wins.
    if (!(await this.deps.pending.spend(state))) throw new SignInRefused('stale', pending.returnTo);
    if (request.res !== undefined) finish(request.res, options.cookies, { state, sealed });
    const finished: FinishedSignIn = { ...signedIn, party, pending };
    this.success(finished);
  }

  /** The sign-in that this browser began and has not finished. */
  private async begun(
    request: Request,
    { cookies }: FinishOptions,
    callback: URLSearchParams,
  ): Promise<{ readonly pending: PendingSignIn; readonly sealed: string }> {
    const state = callback.get('state') ?? '';
    const sealed = sealedOf(request, cookies, state);
    const opened = sealed === null ? null : await this.deps.pending.unseal(sealed);
    // A cookie under the name of another sign-in is a stolen one.
    if (sealed === null || opened?.pending.state !== state)
      throw new SignInRefused(callback.has('error') ? 'refused' : 'stale');
    const { pending, isTooOld } = opened;
    if (isTooOld || (await this.deps.pending.isSpent(pending.state)))
      throw new SignInRefused('stale', pending.returnTo);
    return { pending, sealed };
  }
}
