/** The cookies of sign-ins under way: one for each, since a browser may have several, and a few at most. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cookieOf } from '../adapters/people/staff-sessions.js';

const PREFIX = '__Host-gatehouse-sign-in-';
export const COOKIE_ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
/** Every request to this host carries them. */
const MAX_PENDING = 4;
/** As long as a session can last: a tab that is finished after lunch still knows where it wanted to go. */
const KEPT_S = 8 * 3_600;
/** A callback that arrives twice, from a double click, finds where it wanted to go. */
const KEPT_WHEN_FINISHED_S = 60;

const nameOf = (state: string): string =>
  PREFIX + createHash('sha256').update(state).digest('base64url').slice(0, 16);

/** What this browser was given when it began the sign-in with this state; null if it was another browser. */
export const sealedOf = (request: IncomingMessage, state: string): string | null =>
  cookieOf(request, nameOf(state));

/** Gives the browser one more, and takes the oldest away if there are too many. */
export function keep(
  request: IncomingMessage,
  response: ServerResponse,
  state: string,
  sealed: string,
): void {
  // Browsers send the oldest first (RFC 6265 §5.4).
  const names = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('=')[0] ?? '')
    .filter((name) => name.startsWith(PREFIX));
  for (const name of names.slice(0, Math.max(0, names.length - MAX_PENDING + 1)))
    setCookie(response, name, '', 0);
  setCookie(response, nameOf(state), sealed, KEPT_S);
}

export function finish(response: ServerResponse, state: string, sealed: string): void {
  setCookie(response, nameOf(state), sealed, KEPT_WHEN_FINISHED_S);
}

function setCookie(response: ServerResponse, name: string, value: string, maxAgeS: number): void {
  response.appendHeader('Set-Cookie', `${name}=${value}; Max-Age=${maxAgeS}; ${COOKIE_ATTRIBUTES}`);
}
