import { Controller, Get, Inject, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { CombinedSignIn } from '../../adapters/users/combined/combined-sign-ins.js';
import type { FinishedSignIn } from '../openid.strategy.js';
import { USER_AUTH_DEPS, type UserAuthDeps } from './deps.js';
import { loginOf } from './login-of-request.js';
import { returnToSupplier } from './return-to-supplier.js';
import { FinishCombinedSignIn } from './user.guards.js';
import { UserSignInFilter } from './user-sign-in.filter.js';
import { UserSignInRefused } from './user-sign-in-refused.js';

/** Where API Management sends the browser after a combined authentication. */
@Controller('auth/apim')
export class CombinedAuthController {
  private readonly deps: UserAuthDeps;
  constructor(@Inject(USER_AUTH_DEPS) deps: UserAuthDeps) {
    this.deps = deps;
  }

  @Get('callback')
  @UseFilters(UserSignInFilter)
  @UseGuards(FinishCombinedSignIn)
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const login = loginOf(request);
    if (login === null) throw new UserSignInRefused('state');
    const { user, name, pair } = (request.user as FinishedSignIn<CombinedSignIn>).proven;
    await returnToSupplier(this.deps, { login, user, tokens: { idToken: null, pair, name } }, response);
  }
}
