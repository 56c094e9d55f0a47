/** React-admin's auth provider over the session of the admin listener. */
import { type RouteContract, routes } from '@gatehouse/contracts/routes';
import type { AuthProvider } from 'react-admin';
import { ProblemError } from './problem-error.js';
import { RESOURCE_ROUTES } from './resource-routes.js';
import { currentSession, endSession, forgetSession } from './session.js';

/** Where signing in begins; it comes back to a page of the console. */
export const signInUrl = (returnTo: string): string =>
  `/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`;

export const authProvider: AuthProvider = {
  login() {
    window.location.assign(signInUrl('/'));
    return Promise.resolve();
  },
  async logout() {
    await endSession();
  },
  async checkAuth() {
    await currentSession();
  },
  checkError(error: unknown) {
    if (!(error instanceof ProblemError) || error.status !== 401) return Promise.resolve();
    forgetSession();
    return Promise.reject(error);
  },
  async getIdentity() {
    const { person } = await currentSession();
    return { id: person.id, fullName: person.name };
  },
  async getPermissions() {
    return (await currentSession()).permissions;
  },
  async canAccess({ resource, action }) {
    const row = RESOURCE_ROUTES[resource];
    if (row === undefined) return true;
    if (action !== 'list' && action !== 'show') return false;
    const route: RouteContract = routes[row.list];
    return (await currentSession()).permissions.includes(route.permission);
  },
};
