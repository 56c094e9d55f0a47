import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { GatewayError } from '@gatehouse/domain/errors';
import { isOfCis1 } from '@gatehouse/domain/users/cis1';
import { ID_TOKEN_FAULTS } from '@gatehouse/domain/users/id-token';
import type { UserSignInRejection } from '@gatehouse/domain/users/sign-in-rejection';
import type { Request, Response } from 'express';
import { ProviderFault } from '../../adapters/people/openid/provider-fault.js';
import { factsOf } from '../fault-facts.js';
import { page } from '../pages.js';
import { SignInRefused } from '../sign-in-refused.js';
import { USER_AUTH_DEPS, type UserAuthDeps } from './deps.js';
import { loginOf } from './login-of-request.js';
import { userRefusal, UserSignInRefused } from './user-sign-in-refused.js';

/**
 * A user's sign-in that failed, as a page. The browser is never sent to the return target: an attacker who sent it here
 * would learn something, and the supplier's web application could be made to act.
 */
@Catch()
export class UserSignInFilter implements ExceptionFilter {
  private readonly deps: UserAuthDeps;
  constructor(@Inject(USER_AUTH_DEPS) deps: UserAuthDeps) {
    this.deps = deps;
  }

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const reason = reasonOf(thrown);
    const login = loginOf(request);
    this.report(reason, thrown);
    await this.deps.rejected(request, reason, login);
    const { status, text } = userRefusal(reason);
    if (status === 503) response.setHeader('Retry-After', '60');
    const body = `<p>${text}</p><p>Go back to the application you came from, and sign in from there again.</p>`;
    response.status(status).type('html').send(page('You are not signed in', body));
  }

  private report(reason: UserSignInRejection, thrown: unknown): void {
    const { log } = this.deps;
    const facts = { kind: reason, ...(thrown instanceof UserSignInRefused ? {} : factsOf(thrown)) };
    if (reason === 'misconfigured' || reason === 'failed') log.error(facts, 'sign-in of a user failed');
    else log.warn(facts, 'sign-in of a user failed');
  }
}

/** The CIS2 client of a separate sign-in, or the application of a combined one, can't be used as it is registered. */
const MISCONFIGURED: ReadonlySet<string> = new Set([
  ...['GW_CIS2_CLIENT', 'GW_KEY_MISSING', 'GW_TOKEN_REFUSED'],
  ...['GW_ORGANISATION_SUSPENDED', 'GW_APPLICATION_STATE', 'GW_ASID_MISSING'],
]);

function reasonOf(thrown: unknown): UserSignInRejection {
  if (thrown instanceof UserSignInRefused) return thrown.reason;
  if (thrown instanceof SignInRefused) return thrown.kind === 'refused' ? 'refused' : 'state';
  if (thrown instanceof ProviderFault) return reasonOfFault(thrown);
  if (!(thrown instanceof GatewayError)) return 'failed';
  if (thrown.code === 'GW_CIS2_UNAVAILABLE' || thrown.code === 'GW_SIGNING_UNAVAILABLE') return 'unavailable';
  return MISCONFIGURED.has(thrown.code) ? 'misconfigured' : 'failed';
}

/** openid-client rejects some ID tokens before id-tokens.ts sees them, and does not always say for which claim. */
function reasonOfFault({ kind, said, claim }: ProviderFault): UserSignInRejection {
  if (claim !== null && isOfCis1(claim.claims)) return 'cis1';
  if (kind !== 'refused' || said !== null) return kind;
  return ID_TOKEN_FAULTS.find((fault) => fault === claim?.name) ?? 'malformed';
}
