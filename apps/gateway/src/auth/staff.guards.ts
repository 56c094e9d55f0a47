import { Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { type SignInOptions, STRATEGY } from './openid.strategy.js';

/** Sends the browser to the identity provider of staff. */
@Injectable()
export class BeginStaffSignIn extends AuthGuard(STRATEGY) {
  private readonly party: AuthDeps['party'];
  constructor(@Inject(AUTH_DEPS) { party }: AuthDeps) {
    super();
    this.party = party;
  }
  override getAuthenticateOptions(): SignInOptions {
    return { party: this.party, step: 'begin' };
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
    return { party: this.party, step: 'finish' };
  }
}
