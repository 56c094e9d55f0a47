import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-openidconnect';
import type { Identity } from '../adapters/people/identity-provider.js';
import { type Attempt, randomText } from '../adapters/people/staff-directory.js';
import { cookieOf } from '../adapters/people/staff-sessions.js';
import { AUTH_DEPS, type AuthDeps } from './deps.js';
import { safeReturnTo } from './return-to.js';
import { SignInRefused } from './sign-in-refused.js';

export const HANDLE_COOKIE = '__Host-gatehouse-sign-in';
export const STRATEGY = 'staff';
const CALLBACK_PATH = '/auth/callback';
const HANDLE_S = 600;
/** By the number of parameters of `validate` and the one after them the library knows what to hand over. */
const EVERYTHING = 10;

type Kept = (error: Error | null, state?: string) => void;
type Found = (error: Error | null, context?: { nonce: string }) => void;

/** What the library keeps of its OAuth client, as far as it is used here. */
interface OAuthClient {
  _authorizeUrl: string;
  _accessTokenUrl: string;
  _clientId: string;
  getOAuthAccessToken(
    code: string,
    params: object,
    done: (error: unknown, accessToken?: string, refreshToken?: string, answer?: object) => void,
  ): void;
}

/** What each sign-in under way is worth: kept by its request, not by the strategy that all share. */
const begun = new WeakMap<object, { readonly nonce: string; readonly codeVerifier: string }>();
const taken = new WeakMap<object, Attempt>();

/** Where a request that has signed in wants to go. */
export const returnToOf = (request: object): string => taken.get(request)?.returnTo ?? '/';

/**
 * The code flow of passport-openidconnect with what it lacks: PKCE, a one-time state in PostgreSQL that is bound to
 * the browser, endpoints by discovery, and an ID token that is verified and not only read.
 */
@Injectable()
export class StaffStrategy extends PassportStrategy(Strategy, STRATEGY, EVERYTHING) {
  private readonly deps: AuthDeps;
  /** Passport makes one object of this for each request, so what is set there belongs to one sign-in. */
  private request: Request | null = null;

  constructor(@Inject(AUTH_DEPS) deps: AuthDeps) {
    super({
      issuer: deps.issuer,
      authorizationURL: deps.issuer,
      tokenURL: deps.issuer,
      userInfoURL: '',
      callbackURL: deps.consoleOrigin + CALLBACK_PATH,
      clientID: deps.clientId,
      clientSecret: '',
      scope: ['profile', 'email'],
      passReqToCallback: true,
      skipUserProfile: true,
      store: {
        store: (request: Request, _context: unknown, _app: unknown, _meta: unknown, done: Kept) => {
          keepState(deps, request).then((state) => {
            done(null, state);
          }, done);
        },
        verify: (request: Request, state: unknown, done: Found) => {
          takeState(deps, request, state).then(({ nonce }) => {
            done(null, { nonce });
          }, done);
        },
      },
    });
    this.deps = deps;
  }

  override authenticate(request: Request, options?: object): void {
    this.request = request;
    begun.set(request, { nonce: randomText(), codeVerifier: randomText() });
    this.deps.provider.endpoints().then(
      ({ authorizationUrl, tokenUrl }) => {
        Object.assign(this, { _oauth2: this.clientFor(request, authorizationUrl, tokenUrl) });
        super.authenticate(request, options);
      },
      (error: unknown) => {
        this.error(new SignInRefused('unavailable', error));
      },
    );
  }

  override authorizationParams(): object {
    const { nonce, codeVerifier } = begun.get(this.request ?? {}) ?? {};
    const challenge = createHash('sha256')
      .update(codeVerifier ?? '')
      .digest('base64url');
    return { nonce, code_challenge: challenge, code_challenge_method: 'S256' };
  }

  validate(
    request: Request,
    _issuer: string,
    _profile: unknown,
    _idProfile: unknown,
    _context: unknown,
    idToken: string,
    accessToken: string,
  ): Promise<Identity> {
    return this.deps.provider.verify({ idToken, accessToken }, taken.get(request)?.nonce ?? '');
  }

  private clientFor(request: Request, authorizationUrl: string, tokenUrl: string): OAuthClient {
    const { provider, clientId, consoleOrigin } = this.deps;
    return {
      _authorizeUrl: authorizationUrl,
      _accessTokenUrl: tokenUrl,
      _clientId: clientId,
      getOAuthAccessToken: (code, _params, done) => {
        const { codeVerifier = '' } = taken.get(request) ?? {};
        provider.exchange(code, codeVerifier, consoleOrigin + CALLBACK_PATH).then(
          ({ idToken, accessToken }) => {
            done(null, accessToken, undefined, { id_token: idToken });
          },
          (error: unknown) => {
            done(error);
          },
        );
      },
    };
  }
}

async function keepState(deps: AuthDeps, request: Request): Promise<string> {
  const { nonce, codeVerifier } = begun.get(request) ?? {};
  if (nonce === undefined || codeVerifier === undefined) throw new Error('this sign-in was not begun');
  const [state, handle] = [randomText(), randomText()];
  await deps.begin({ state, handle, nonce, codeVerifier, returnTo: safeReturnTo(request.query['returnTo']) });
  request.res?.append(
    'Set-Cookie',
    `${HANDLE_COOKIE}=${handle}; Path=/; Max-Age=${HANDLE_S}; Secure; HttpOnly; SameSite=Lax`,
  );
  return state;
}

async function takeState(deps: AuthDeps, request: Request, state: unknown): Promise<Attempt> {
  const handle = cookieOf(request, HANDLE_COOKIE);
  const attempt = typeof state === 'string' && handle !== null ? await deps.take(state, handle) : null;
  if (attempt === null) throw new SignInRefused('stale');
  taken.set(request, attempt);
  return attempt;
}
