import {
  type AnswerOf,
  type RequestOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import { type Sent, send } from './send.js';
import { currentSession } from './session.js';

/** Calls a route by its name, with the shapes of its contract. @throws ProblemError */
export async function callRoute<N extends RouteName>(name: N, request: RequestOf<N>): Promise<AnswerOf<N>> {
  return (await callRouteWith(name, request)) as AnswerOf<N>;
}

/** For forms, whose values the gateway checks. */
export async function callRouteWith(name: RouteName, sent: Sent): Promise<unknown> {
  const route: RouteContract = routes[name];
  const csrfToken = route.method === 'GET' ? undefined : (await currentSession()).csrfToken;
  return route.response.parse(await send(route, sent, csrfToken));
}
