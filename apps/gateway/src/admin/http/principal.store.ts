import type { IncomingMessage } from 'node:http';
import { cookieOf, findSession, nameOf, SESSION_COOKIE } from '../../adapters/people/staff-sessions.js';
import type { AdminDeps } from '../deps.js';
import type { Principal } from './principal.js';
import { AdminProblem } from './problem.js';
import { refuseForgery } from './same-origin.js';
import { findToken } from '../tokens/tokens.store.js';

/**
 * Looks up, in PostgreSQL each time, who sent a request: what is revoked or ended is dead at once.
 * @throws AdminProblem not-signed-in; forged, if a session's request comes from another site
 */
export async function findPrincipal(deps: AdminDeps, request: IncomingMessage): Promise<Principal> {
  const address = request.socket.remoteAddress ?? 'unknown';
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const bearer = /^Bearer (\S+)$/.exec(authorization)?.[1];
    const token = bearer === undefined ? null : await findToken(deps.db, bearer, deps.now());
    if (token === null) throw notSignedIn();
    const { tokenId, label, scopes, staff } = token;
    return {
      actor: staff === null ? `${label} (${tokenId})` : nameOf(staff),
      origin: `token ${label} (${tokenId}) from ${address}`,
      staffId: staff?.id ?? null,
      sessionId: null,
      session: null,
      tokenId,
      roles: staff?.roles ?? null,
      scopes,
    };
  }
  const secret = cookieOf(request, SESSION_COOKIE);
  const session = secret === null ? null : await findSession(deps.db, secret, deps.now());
  if (session === null) throw notSignedIn();
  refuseForgery(request, { consoleOrigin: deps.consoleOrigin, csrfToken: session.csrfToken });
  return {
    actor: nameOf(session.staff),
    origin: `console from ${address}`,
    staffId: session.staff.id,
    sessionId: session.id,
    session,
    tokenId: null,
    roles: session.staff.roles,
    scopes: null,
  };
}

function notSignedIn(): AdminProblem {
  return new AdminProblem(
    'not-signed-in',
    'Sign in to the console, or send "Authorization: Bearer gha_…" with a token that is neither expired nor revoked; "gatehouse bootstrap" makes the first one, "gatehouse tokens create" any other.',
  );
}
