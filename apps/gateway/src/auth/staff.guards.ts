import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import type { SignInProvider } from '../adapters/people/sign-in-provider.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { type SignInOptions, STRATEGY } from './openid.strategy.js';
import { openIdSignIn } from './openid-sign-in.js';
import { safeReturnTo } from './return-to.js';

const COOKIES = '__Host-gatehouse-sign-in-';

/** Sends the browser to the identity provider of staff. */
@Injectable()
export class BeginStaffSignIn extends AuthGuard(STRATEGY) {
  private readonly provider: SignInProvider;
  constructor(@Inject(AUTH_DEPS) { providers, party }: AuthDeps) {
    super();
    this.provider = openIdSignIn(providers, party);
  }
  override getAuthenticateOptions(context: ExecutionContext): SignInOptions {
    const returnTo = safeReturnTo(context.switchToHttp().getRequest<Request>().query['returnTo']);
    return { step: 'begin', cookies: COOKIES, provider: this.provider, purpose: { returnTo } };
  }
}

/** Admits a browser that returns from there with a valid sign-in. */
@Injectable()
export class FinishStaffSignIn extends AuthGuard(STRATEGY) {
  private readonly provider: SignInProvider;
  constructor(@Inject(AUTH_DEPS) { providers, party }: AuthDeps) {
    super();
    this.provider = openIdSignIn(providers, party);
  }
  override getAuthenticateOptions(): SignInOptions {
    return { step: 'finish', cookies: COOKIES, providerOf: () => this.provider };
  }
}
