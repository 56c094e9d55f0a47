import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ProviderFault } from '../adapters/people/openid/provider-fault.js';
import { cookieOf, SESSION_COOKIE } from '../adapters/people/staff-sessions.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { factsOf } from './fault-facts.js';
import { refusalPage } from './pages.js';
import { safeReturnTo } from './return-to.js';
import { SIGN_IN_REFUSALS, type SignInRefusal, SignInRefused } from './sign-in-refused.js';

/** A sign-in that failed, as a page for a person. Only the log says exactly why. */
@Catch()
export class SignInFilter implements ExceptionFilter {
  private readonly deps: AuthDeps;
  constructor(@Inject(AUTH_DEPS) deps: AuthDeps) {
    this.deps = deps;
  }

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const kind = kindOf(thrown);
    const returnTo = safeReturnTo(
      thrown instanceof SignInRefused ? thrown.returnTo : request.query['returnTo'],
    );
    // Another tab has signed in meanwhile: there is nothing left to do here.
    if (kind === 'stale' && (await this.isSignedIn(request))) {
      response.redirect(303, returnTo);
      return;
    }
    this.report(kind, thrown);
    const staffId = thrown instanceof SignInRefused ? thrown.staffId : null;
    await this.deps.rejected(request, kind, staffId);
    response.status(SIGN_IN_REFUSALS[kind].status).type('html').send(refusalPage(kind, returnTo));
  }

  private async isSignedIn(request: Request): Promise<boolean> {
    const secret = cookieOf(request, SESSION_COOKIE);
    return secret !== null && (await this.deps.signedIn(secret)) !== null;
  }

  private report(kind: SignInRefusal, thrown: unknown): void {
    const { log, party } = this.deps;
    const facts = { kind, issuer: party.issuer, ...factsOf(thrown) };
    if (kind === 'misconfigured')
      log.error(facts, 'sign-in failed; nobody can sign in until this is corrected');
    else log.warn(facts, 'sign-in failed');
  }
}

function kindOf(thrown: unknown): SignInRefusal {
  if (thrown instanceof SignInRefused || thrown instanceof ProviderFault) return thrown.kind;
  return 'failed';
}
