/** The routes of the partner listener with which a supplier's server signs users in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Client } from '@gatehouse/domain/registry/registry';
import {
  readCallerHeaders,
  refuseReservedHeaders,
  singleHeaders,
} from '@gatehouse/domain/input/request-headers';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { beginLogin } from './begin-login.js';
import { requireSession } from './identify-user.js';
import { openSession } from './open-session.js';
import { chooseRole, endSession, listActedFor, type SessionRequest, showSession } from './session-routes.js';

type SignInRoute = typeof beginLogin;
type SessionRoute = (request: SessionRequest) => Promise<void>;

const SIGN_IN: Readonly<Record<string, Readonly<Record<string, SignInRoute>>>> = {
  '/user-logins': { POST: beginLogin },
  '/user-sessions': { POST: openSession },
};
const OF_A_SESSION: Readonly<Record<string, Readonly<Record<string, SessionRoute>>>> = {
  '/user-session': { GET: showSession, DELETE: endSession },
  '/user-session/role': { PUT: chooseRole },
  '/user-session/on-behalf-of': { GET: listActedFor },
};

export const isUserRoute = (target: string): boolean =>
  Object.hasOwn(SIGN_IN, target) || Object.hasOwn(OF_A_SESSION, target);

/** @throws GW_ORIGIN, GW_HEADER_FORBIDDEN, GW_HEADER_DUPLICATE, GW_HEADER_SYNTAX, GW_METHOD, GW_NO_USERS, GW_USER_SESSION */
export async function serveUserRoute(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const single = singleHeaders(request.rawHeaders);
  refuseReservedHeaders(single);
  const headers = readCallerHeaders(single);
  if (deps.environments.get(client.environment)?.kind === 'open') throw new GatewayError('GW_NO_USERS');
  const { target, method } = exchange;
  const signIn = SIGN_IN[target];
  if (signIn !== undefined) return routeFor(signIn, method)(deps, exchange, client, request, response);
  const serve = routeFor(OF_A_SESSION[target] ?? {}, method);
  const session = await requireSession(deps, exchange, client, headers);
  return serve({ deps, exchange, client, session, request, response });
}

/** @throws GW_METHOD */
function routeFor<R>(methods: Readonly<Record<string, R>>, method: string): R {
  const route = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (route === undefined)
    throw new GatewayError('GW_METHOD', { headers: { Allow: Object.keys(methods).join(', ') } });
  return route;
}
