import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import passport from 'passport';
import type { SignInSecrets } from '../adapters/people/openid/openid-provider.js';
import type { PendingSignIn } from '../adapters/people/pending-sign-ins.js';
import type { SignInProvider } from '../adapters/people/sign-in-provider.js';
import { SIGN_IN_DEPS, type SignInDeps } from './deps.js';
import { finish, keep, sealedOf, type SignInCookies } from './sign-in-cookies.js';
import { SignInRefused } from './sign-in-refused.js';

export const STRATEGY = 'openid';

/** Passed by a guard with each request: one strategy serves every provider and both steps of a sign-in. */
export type SignInOptions = BeginOptions | FinishOptions;

export interface BeginOptions {
  readonly step: 'begin';
  readonly cookies: SignInCookies;
  readonly provider: SignInProvider;
  readonly purpose: SignInPurpose;
}

/** What the sign-in is for, kept until the browser comes back. */
type SignInPurpose = Pick<PendingSignIn, 'returnTo' | 'loginId'>;

export interface FinishOptions {
  readonly step: 'finish';
  readonly cookies: SignInCookies;
  /** The provider with which the sign-in must have begun. */
  providerOf(pending: PendingSignIn): SignInProvider | Promise<SignInProvider>;
}

/** `request.user` after a callback: what the provider has proven, for a sign-in that this browser began. */
export interface FinishedSignIn<Proven = unknown> {
  readonly proven: Proven;
  readonly pending: PendingSignIn;
}

/**
 * Signs people in with an identity provider: binds the sign-in to the browser that began it, and to one use. What is
 * particular to a provider is the provider's (ADR 39).
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

  private async begin(request: Request, { provider, cookies, purpose }: BeginOptions): Promise<void> {
    const secrets: SignInSecrets = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
    };
    const { state } = secrets;
    const url = await provider.authorizationUrl(secrets);
    const sealed = await this.deps.pending.seal({ ...secrets, ...purpose, party: provider.name });
    if (request.res !== undefined) keep(request, request.res, cookies, { state, sealed });
    this.redirect(url);
  }

  private async finish(request: Request, options: FinishOptions): Promise<void> {
    const callback = new URL(request.originalUrl, 'http://callback.invalid').searchParams;
    const { pending, sealed } = await this.begun(request, options, callback);
    const { state } = pending;
    const provider = await options.providerOf(pending);
    if (pending.party !== provider.name) throw new SignInRefused('stale');
    const proven = await provider.finish(callback, pending);
    // After the exchange, so that only people who have signed in write a row. The first of two callbacks wins.
    if (!(await this.deps.pending.spend(state))) throw new SignInRefused('stale', pending.returnTo);
    if (request.res !== undefined) finish(request.res, options.cookies, { state, sealed });
    const finished: FinishedSignIn = { proven, pending };
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
