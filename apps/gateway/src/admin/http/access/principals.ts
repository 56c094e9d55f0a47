import type { IncomingMessage } from 'node:http';
import { POLL_HEADER } from '@gatehouse/contracts/routes';
import { Inject, Injectable } from '@nestjs/common';
import { cookieOf, findSession, nameOf, SESSION_COOKIE } from '../../../adapters/people/staff-sessions.js';
import type { CallerAddress } from '../../../listener/caller-address.js';
import {
  CALLER_ADDRESS,
  CLOCK,
  type Clock,
  CONSOLE_ORIGIN,
  DATABASE,
  OWNER_SIGN_IN_MS,
  TOKEN_REJECTED,
  type TokenRejected,
} from '../../injected.js';
import { findBearerToken } from './bearer-token.store.js';
import type { Principal } from './principal.js';
import { AdminProblem } from '../problem.js';
import { refuseForgery } from './same-origin.js';
import type { Queries } from '../transactions.js';

/** Who sent a request, looked up in PostgreSQL each time: a token revoked or a session ended is dead at once. */
@Injectable()
export class Principals {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(CONSOLE_ORIGIN) private readonly consoleOrigin: string,
    @Inject(OWNER_SIGN_IN_MS) private readonly ownerSignInMs: number,
    @Inject(CALLER_ADDRESS) private readonly callerAddress: CallerAddress,
    @Inject(TOKEN_REJECTED) private readonly tokenRejected: TokenRejected,
  ) {}

  /** @throws AdminProblem not-signed-in; forged, if a session's request comes from another site */
  find(request: IncomingMessage): Promise<Principal> {
    const { authorization } = request.headers;
    return authorization === undefined ? this.ofSession(request) : this.ofToken(request, authorization);
  }

  private async ofToken(request: IncomingMessage, authorization: string): Promise<Principal> {
    const bearer = /^Bearer (\S+)$/.exec(authorization)?.[1];
    const token =
      bearer === undefined ? null : await findBearerToken(this.db, bearer, this.ownerSignInMs, this.now());
    if (token === null) {
      await this.tokenRejected(this.callerAddress(request));
      throw notSignedIn();
    }
    const { tokenId, label, scopes, staff } = token;
    return {
      actor: staff === null ? `${label} (${tokenId})` : nameOf(staff),
      person: staff,
      origin: `token ${label} (${tokenId}) from ${this.callerAddress(request)}`,
      staffId: staff?.id ?? null,
      sessionId: null,
      session: null,
      tokenId,
      roles: staff?.roles ?? null,
      scopes,
    };
  }

  private async ofSession(request: IncomingMessage): Promise<Principal> {
    const secret = cookieOf(request, SESSION_COOKIE);
    const isActivity = request.headers[POLL_HEADER.toLowerCase()] === undefined;
    const session = secret === null ? null : await findSession(this.db, secret, this.now(), isActivity);
    if (session === null) throw notSignedIn();
    refuseForgery(request, { consoleOrigin: this.consoleOrigin, csrfToken: session.csrfToken });
    return {
      actor: nameOf(session.staff),
      person: session.staff,
      origin: `console from ${this.callerAddress(request)}`,
      staffId: session.staff.id,
      sessionId: session.id,
      session,
      tokenId: null,
      roles: session.staff.roles,
      scopes: null,
    };
  }
}

function notSignedIn(): AdminProblem {
  return new AdminProblem(
    'not-signed-in',
    'Sign in to the console, or send "Authorization: Bearer gha_…" with a token that has neither expired nor been revoked. A personal token also stops when its owner has not signed in for too long: sign in to the console again. "gatehouse bootstrap" creates the first token, "gatehouse tokens create" any other.',
  );
}
