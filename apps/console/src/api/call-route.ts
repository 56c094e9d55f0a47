import {
  type AnswerOf,
  type RequestOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import { isSignedOut } from './problem-error.js';
import { type ApiRequest, type ApiResponse, sendForLines, sendRequest } from './send.js';
import { currentSession, sessionEnded } from './session.js';

/** Calls a route by its name, with the shapes of its contract. @throws ProblemError */
export async function callRoute<N extends RouteName>(name: N, request: RequestOf<N>): Promise<AnswerOf<N>> {
  return (await callRouteWith(name, request)) as AnswerOf<N>;
}

/**
 * For what a page reads again by itself: it does not keep a session from going idle, and where the session has ended, it
 * leaves the page and its open form as they are.
 * @throws ProblemError
 */
export async function pollRoute<N extends RouteName>(name: N, request: RequestOf<N>): Promise<AnswerOf<N>> {
  const route: RouteContract = routes[name];
  const { body } = await sendRequest(route, { ...request, isPoll: true });
  return route.response.parse(body) as AnswerOf<N>;
}

/**
 * A route whose lines a page shows as they come, under the rules of `pollRoute`.
 * @throws ProblemError, also once `signal` is aborted
 */
export async function* pollRouteForLines<N extends RouteName>(
  name: N,
  request: RequestOf<N> & Pick<ApiRequest, 'signal' | 'onHeard'>,
): AsyncGenerator<AnswerOf<N>> {
  const route: RouteContract = routes[name];
  for await (const line of sendForLines(route, { ...request, isPoll: true }))
    yield route.response.parse(line) as AnswerOf<N>;
}

/** For forms, whose values the gateway checks. @throws ProblemError, AwaitingApproval */
export async function callRouteWith(name: RouteName, request: ApiRequest): Promise<unknown> {
  return (await callRouteForRecord(name, request)).body;
}

/** With the ETag of the record, which a later change of it must name. @throws ProblemError, AwaitingApproval */
export async function callRouteForRecord(name: RouteName, request: ApiRequest): Promise<ApiResponse> {
  const route: RouteContract = routes[name];
  try {
    const { body, etag } = await sendRequest(route, request, await csrfTokenFor(route));
    return { body: route.response.parse(body), etag };
  } catch (error) {
    if (isSignedOut(error)) sessionEnded();
    throw error;
  }
}

/** A route that answers with one object a line. @throws ProblemError */
export async function* callRouteForLines<N extends RouteName>(
  name: N,
  request: RequestOf<N>,
): AsyncGenerator<AnswerOf<N>> {
  const route: RouteContract = routes[name];
  try {
    for await (const line of sendForLines(route, request, await csrfTokenFor(route))) {
      yield route.response.parse(line) as AnswerOf<N>;
    }
  } catch (error) {
    if (isSignedOut(error)) sessionEnded();
    throw error;
  }
}

export async function csrfTokenFor({ method }: RouteContract): Promise<string | undefined> {
  return method === 'GET' ? undefined : (await currentSession()).csrfToken;
}
