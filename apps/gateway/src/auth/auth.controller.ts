import { Controller, Get, Inject, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import type { Identity } from '../adapters/people/identity-provider.js';
import { cookieOf, SESSION_COOKIE } from '../adapters/people/staff-sessions.js';
import { Needs } from '../listener/needs.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { SignInFilter } from './sign-in.filter.js';
import { SignInRefused } from './sign-in-refused.js';
import { HANDLE_COOKIE, returnToOf, STRATEGY } from './staff.strategy.js';

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** Sign-in of staff with their identity provider. */
@Controller('auth')
@UseFilters(SignInFilter)
export class AuthController {
  private readonly deps: AuthDeps;
  constructor(@Inject(AUTH_DEPS) deps: AuthDeps) {
    this.deps = deps;
  }

  /** The guard sends the browser to the identity provider. */
  @Get('sign-in')
  @Needs('public')
  @UseGuards(AuthGuard(STRATEGY))
  signIn(): never {
    throw new SignInRefused('refused');
  }

  @Get('callback')
  @Needs('public')
  @UseGuards(AuthGuard(STRATEGY))
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const secret = await this.deps.signIn(request.user as Identity, {
      address: request.socket.remoteAddress ?? 'unknown',
      userAgent: request.headers['user-agent'] ?? 'unknown',
      formerSecret: cookieOf(request, SESSION_COOKIE),
    });
    if (secret === null) throw new SignInRefused('suspended');
    response.append('Set-Cookie', `${SESSION_COOKIE}=${secret}; ${ATTRIBUTES}`);
    response.append('Set-Cookie', `${HANDLE_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`);
    response.redirect(303, returnToOf(request));
  }
}
