import type { IncomingMessage } from 'node:http';
import type { UserLogin } from '../../adapters/users/user-logins.js';

const logins = new WeakMap<IncomingMessage, UserLogin>();

/** Remembers the login that the browser of this request owns. */
export function setLogin(request: IncomingMessage, login: UserLogin): void {
  logins.set(request, login);
}

/** Null while it isn't known that the browser owns one. */
export function loginOf(request: IncomingMessage): UserLogin | null {
  return logins.get(request) ?? null;
}
