import { Controller, Get, Inject, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { nameOrNull } from '../../adapters/users/brought-tokens.js';
import type { FinishedSignIn } from '../openid.strategy.js';
import type { OpenIdSignIn } from '../openid-sign-in.js';
import { USER_AUTH_DEPS, type UserAuthDeps } from './deps.js';
import { loginOf } from './login-of-request.js';
import { readLogoutToken } from './read-logout-token.js';
import { returnToSupplier } from './return-to-supplier.js';
import { BeginUserSignIn, FinishUserSignIn } from './user.guards.js';
import { UserSignInFilter } from './user-sign-in.filter.js';
import { UserSignInRefused } from './user-sign-in-refused.js';

/** Sign-in of healthcare workers with NHS CIS2, for the web applications of suppliers. */
@Controller('auth/cis2')
export class UserAuthController {
  private readonly deps: UserAuthDeps;
  constructor(@Inject(USER_AUTH_DEPS) deps: UserAuthDeps) {
    this.deps = deps;
  }

  /** The guard sends the browser to CIS2 or API Management, so that nobody gets here. */
  @Get('login')
  @UseFilters(UserSignInFilter)
  @UseGuards(BeginUserSignIn)
  login(): never {
    throw new UserSignInRefused('failed');
  }

  @Get('callback')
  @UseFilters(UserSignInFilter)
  @UseGuards(FinishUserSignIn)
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { deps } = this;
    const login = loginOf(request);
    if (login === null) throw new UserSignInRefused('state');
    const { proven, pending } = request.user as FinishedSignIn<OpenIdSignIn>;
    const { party, idToken, accessToken } = proven;
    const { issuer, clientId, maxAgeS } = party;
    const expected = { issuer, clientId, maxAgeS, nonce: pending.nonce, accessToken };
    const answer = await deps.idTokens.verify(idToken, expected);
    if (!answer.ok) throw new UserSignInRefused(answer.reason);
    const { user } = answer;
    // CIS2 may ignore what was requested.
    if (user.authenticationAssurance < login.minimumLevel) throw new UserSignInRefused('level');
    if (await deps.hasLoggedOut(login.environment, user.cis2SessionId))
      throw new UserSignInRefused('logged_out');
    const name = await nameOrNull(deps, party, accessToken, user.userId);
    await returnToSupplier(deps, { login, user, tokens: { idToken, name } }, response);
  }

  /** 200 or 400, and never why (OpenID Connect Back-Channel Logout 1.0 §2.8). */
  @Post('back-channel-logout')
  async backChannelLogout(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.status((await this.accepts(request)) ? 200 : 400).end();
  }

  private async accepts(request: Request): Promise<boolean> {
    const { deps } = this;
    try {
      const token = await readLogoutToken(request);
      const ended = token === null ? null : await deps.logout.accept(token);
      if (ended === null) deps.log.warn({}, 'a logout token was rejected');
      else await deps.recordEnds(ended);
      return ended !== null;
    } catch (error) {
      deps.log.error({ err: error }, 'a logout at NHS CIS2 could not be followed');
      return false;
    }
  }
}
