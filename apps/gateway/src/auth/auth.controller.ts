import { Controller, Get, Inject, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { staffIdentity } from '../adapters/people/staff-identity.js';
import { cookieOf, SESSION_COOKIE } from '../adapters/people/staff-sessions.js';
import { Needs } from '../listener/needs.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import type { OpenIdSignIn } from './openid-sign-in.js';
import { noRolePage } from './pages.js';
import type { FinishedSignIn } from './openid.strategy.js';
import { COOKIE_ATTRIBUTES } from './sign-in-cookies.js';
import { SignInFilter } from './sign-in.filter.js';
import { SignInRefused } from './sign-in-refused.js';
import { BeginStaffSignIn, FinishStaffSignIn } from './staff.guards.js';

const NO_ROLE_PATH = '/auth/no-role';

/** Sign-in of staff with their identity provider. */
@Controller('auth')
@UseFilters(SignInFilter)
export class AuthController {
  private readonly deps: AuthDeps;
  constructor(@Inject(AUTH_DEPS) deps: AuthDeps) {
    this.deps = deps;
  }

  /** The guard sends the browser to the identity provider, so that nobody gets here. */
  @Get('sign-in')
  @Needs('public')
  @UseGuards(BeginStaffSignIn)
  signIn(): never {
    throw new SignInRefused('refused');
  }

  @Get('callback')
  @Needs('public')
  @UseGuards(FinishStaffSignIn)
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { proven, pending } = request.user as FinishedSignIn<OpenIdSignIn>;
    const session = await this.deps.signIn(staffIdentity(proven.claims, this.deps.rolesClaim), {
      address: this.deps.callerAddress(request),
      userAgent: request.headers['user-agent'] ?? 'unknown',
      formerSecret: cookieOf(request, SESSION_COOKIE),
    });
    if ('suspendedStaffId' in session) throw new SignInRefused('suspended', '/', session.suspendedStaffId);
    response.append('Set-Cookie', `${SESSION_COOKIE}=${session.secret}; ${COOKIE_ATTRIBUTES}`);
    response.redirect(303, session.hasRole ? pending.returnTo : NO_ROLE_PATH);
  }

  /** For a person who has signed in and has no role: why, and who can give them one. */
  @Get('no-role')
  @Needs('public')
  async noRole(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { party, recognisedGroups } = this.deps;
    const secret = cookieOf(request, SESSION_COOKIE);
    const person = secret === null ? null : await this.deps.signedIn(secret);
    if (person === null || person.roles.length > 0) {
      response.redirect(303, '/');
      return;
    }
    response
      .status(403)
      .type('html')
      .send(noRolePage(person, party.issuer, recognisedGroups));
  }
}
