import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import type { PendingSignIn } from '../../adapters/people/pending-sign-ins.js';
import type { SignInProvider } from '../../adapters/people/sign-in-provider.js';
import type { UserLogin } from '../../adapters/users/user-logins.js';
import { type SignInOptions, STRATEGY } from '../openid.strategy.js';
import { openIdSignIn } from '../openid-sign-in.js';
import type { SignInCookies } from '../sign-in-cookies.js';
import { USER_AUTH_DEPS, type UserAuthDeps } from './deps.js';
import { setLogin } from './login-of-request.js';
import { UserSignInRefused } from './user-sign-in-refused.js';

const COOKIES: SignInCookies = '__Host-gatehouse-user-sign-in-';

/** Gives the login of the ticket to this browser, and sends it to CIS2 or API Management. */
@Injectable()
export class BeginUserSignIn extends AuthGuard(STRATEGY) {
  private readonly deps: UserAuthDeps;
  constructor(@Inject(USER_AUTH_DEPS) deps: UserAuthDeps) {
    super();
    this.deps = deps;
  }

  override async getAuthenticateOptions(context: ExecutionContext): Promise<SignInOptions> {
    const request = context.switchToHttp().getRequest<Request>();
    const login = await this.open(ticketOf(request));
    setLogin(request, login);
    const provider = await providerFor(this.deps, login);
    return { step: 'begin', cookies: COOKIES, provider, purpose: { returnTo: '/', loginId: login.id } };
  }

  private async open(ticket: string | null): Promise<UserLogin> {
    const login = ticket === null ? 'unknown' : await this.deps.logins.open(ticket);
    if (typeof login === 'string') throw new UserSignInRefused(`ticket_${login}`);
    return login;
  }
}

/** Admits the browser that owns a login, with what CIS2 or API Management says of its user. */
abstract class FinishSignIn extends AuthGuard(STRATEGY) {
  private readonly deps: UserAuthDeps;
  /** The logins whose callback this is: what one provider says never finishes a sign-in with the other. */
  protected abstract readonly pattern: UserLogin['pattern'];

  constructor(@Inject(USER_AUTH_DEPS) deps: UserAuthDeps) {
    super();
    this.deps = deps;
  }

  override getAuthenticateOptions(context: ExecutionContext): SignInOptions {
    const request = context.switchToHttp().getRequest<Request>();
    const providerOf = async ({ loginId }: PendingSignIn) => {
      const login = loginId === undefined ? null : await this.deps.logins.opened(loginId);
      if (login?.pattern !== this.pattern) throw new UserSignInRefused('state');
      setLogin(request, login);
      return providerFor(this.deps, login);
    };
    return { step: 'finish', cookies: COOKIES, providerOf };
  }
}

@Injectable()
export class FinishUserSignIn extends FinishSignIn {
  protected readonly pattern = 'separate';
}

@Injectable()
export class FinishCombinedSignIn extends FinishSignIn {
  protected readonly pattern = 'combined';
}

async function providerFor(
  { providers, parties, combined }: UserAuthDeps,
  login: UserLogin,
): Promise<SignInProvider> {
  if (login.pattern === 'combined') return combined.providerFor(login);
  return openIdSignIn(providers, await parties.toSignIn(login));
}

/** The one parameter that the URL may have. Nobody chooses here where the browser goes afterwards. */
function ticketOf(request: Request): string | null {
  const { searchParams } = new URL(request.originalUrl, 'http://login.invalid');
  return [...searchParams.keys()].join() === 'ticket' ? searchParams.get('ticket') : null;
}
