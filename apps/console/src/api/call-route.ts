import {
  type AnswerOf,
  type RequestOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import { type Answer, type Sent, send, sendForLines } from './send.js';
import { currentSession } from './session.js';

/** Calls a route by its name, with the shapes of its contract. @throws ProblemError */
export async function callRoute<N extends RouteName>(name: N, request: RequestOf<N>): Promise<AnswerOf<N>> {
  return (await callRouteWith(name, request)) as AnswerOf<N>;
}

/** For forms, whose values the gateway checks. */
export async function callRouteWith(name: RouteName, sent: Sent): Promise<unknown> {
  return (await callRouteTagged(name, sent)).body;
}

/** With the ETag of what is answered, which a later change of it is to name. */
export async function callRouteTagged(name: RouteName, sent: Sent): Promise<Answer> {
  const route: RouteContract = routes[name];
  const csrfToken = route.method === 'GET' ? undefined : (await currentSession()).csrfToken;
  const { body, etag } = await send(route, sent, csrfToken);
  return { body: route.response.parse(body), etag };
}

/** A route that answers one object a line. @throws ProblemError */
export async function* callRouteLines<N extends RouteName>(
  name: N,
  request: RequestOf<N>,
): AsyncGenerator<AnswerOf<N>> {
  const route: RouteContract = routes[name];
  const csrfToken = route.method === 'GET' ? undefined : (await currentSession()).csrfToken;
  for await (const line of sendForLines(route, request, csrfToken)) {
    yield route.response.parse(line) as AnswerOf<N>;
  }
}
