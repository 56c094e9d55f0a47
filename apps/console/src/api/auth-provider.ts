/** React-admin's auth provider over the session of the admin listener. */
import { allowedRoutes } from '@gatehouse/contracts/staff/allowed-routes';
import type { AuthProvider } from 'react-admin';
import { isSignedOut, isWithoutRole } from './problem-error.js';
import { RESOURCE_ROUTES } from './resource-routes.js';
import { currentSession, endSession, sessionEnded } from './session.js';

/** Where signing in begins; it comes back to a page of the console. */
export const signInUrl = (returnTo: string): string =>
  `/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`;

/** Says which groups give a role. */
const NO_ROLE_PAGE = '/auth/no-role';

/** The page of the console stays as it is until the browser has left it. */
function leaveFor(address: string): Promise<never> {
  window.location.replace(address);
  return new Promise(() => undefined);
}

export const authProvider: AuthProvider = {
  login() {
    window.location.assign(signInUrl('/'));
    return Promise.resolve();
  },
  async logout() {
    await endSession();
  },
  async checkAuth() {
    try {
      await currentSession();
    } catch (error) {
      if (isSignedOut(error)) throw error;
      if (isWithoutRole(error)) await leaveFor(NO_ROLE_PAGE);
      // Any other failure says nothing about who is signed in: the page shows it and offers to try again.
    }
  },
  checkError(error: unknown) {
    if (!isSignedOut(error)) return Promise.resolve();
    sessionEnded();
    return Promise.reject(new Error('Your session has ended.'));
  },
  async getIdentity() {
    const { person } = await currentSession();
    return { id: person.id, fullName: person.name };
  },
  async getPermissions() {
    return allowedRoutes(await currentSession());
  },
  async canAccess({ resource, action }) {
    const row = RESOURCE_ROUTES[resource];
    if (row === undefined) return true;
    if (action !== 'list' && action !== 'show') return false;
    // Without an answer the list is called anyway: the gateway decides, and the list shows what failed.
    const session = await currentSession().catch(() => null);
    return session === null || allowedRoutes(session).includes(row.list);
  },
};
