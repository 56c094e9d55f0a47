/** The cookies of sign-ins under way: one for each, since several tabs may be signing in at once. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cookieOf } from '../adapters/people/staff-sessions.js';

/**
 * What the names of these cookies begin with. Staff and users have names of their own, since all ports of a host share
 * its cookies.
 */
export type SignInCookies = '__Host-gatehouse-sign-in-' | '__Host-gatehouse-user-sign-in-';
export const COOKIE_ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
/** Few, since every request to this host carries them. */
const MAX_PENDING = 4;
/** As long as a session can last: a sign-in that is finished after lunch still knows where to return to. */
const KEPT_S = 8 * 3_600;
/** A callback that arrives twice, after a double click, still knows where to return to. */
const KEPT_WHEN_FINISHED_S = 60;

const nameOf = (prefix: SignInCookies, state: string): string =>
  prefix + createHash('sha256').update(state).digest('base64url').slice(0, 16);

/** What this browser received when it began the sign-in with this state; null if another browser began it. */
export const sealedOf = (request: IncomingMessage, prefix: SignInCookies, state: string): string | null =>
  cookieOf(request, nameOf(prefix, state));

interface BegunSignIn {
  readonly state: string;
  readonly sealed: string;
}

/** Adds a cookie, and removes the oldest if there are too many. */
export function keep(
  request: IncomingMessage,
  response: ServerResponse,
  prefix: SignInCookies,
  { state, sealed }: BegunSignIn,
): void {
  // Browsers send the oldest first (RFC 6265 §5.4).
  const names = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('=')[0] ?? '')
    .filter((name) => name.startsWith(prefix));
  for (const name of names.slice(0, Math.max(0, names.length - MAX_PENDING + 1)))
    setCookie(response, name, '', 0);
  setCookie(response, nameOf(prefix, state), sealed, KEPT_S);
}

export function finish(
  response: ServerResponse,
  prefix: SignInCookies,
  { state, sealed }: BegunSignIn,
): void {
  setCookie(response, nameOf(prefix, state), sealed, KEPT_WHEN_FINISHED_S);
}

function setCookie(response: ServerResponse, name: string, value: string, maxAgeS: number): void {
  response.appendHeader('Set-Cookie', `${name}=${value}; Max-Age=${maxAgeS}; ${COOKIE_ATTRIBUTES}`);
}
