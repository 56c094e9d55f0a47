import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { type SignInOptions, STRATEGY } from './openid.strategy.js';
import { safeReturnTo } from './return-to.js';

const COOKIES = '__Host-gatehouse-sign-in-';

/** Sends the browser to the identity provider of staff. */
@Injectable()
export class BeginStaffSignIn extends AuthGuard(STRATEGY) {
  private readonly party: AuthDeps['party'];
  constructor(@Inject(AUTH_DEPS) { party }: AuthDeps) {
    super();
    this.party = party;
  }
  override getAuthenticateOptions(context: ExecutionContext): SignInOptions {
    const returnTo = safeReturnTo(context.switchToHttp().getRequest<Request>().query['returnTo']);
    return { step: 'begin', cookies: COOKIES, party: this.party, purpose: { returnTo } };
  }
}

/** Admits a browser that returns from there with a valid sign-in. */
@Injectable()
export class FinishStaffSignIn extends AuthGuard(STRATEGY) {
  private readonly party: AuthDeps['party'];
  constructor(@Inject(AUTH_DEPS) { party }: AuthDeps) {
    super();
    this.party = party;
  }
  override getAuthenticateOptions(): SignInOptions {
    return { step: 'finish', cookies: COOKIES, partyOf: () => this.party };
  }
}
