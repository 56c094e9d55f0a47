import { type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { csrfTokenFor } from './call-route.js';
import { isSignedOut, ProblemError } from './problem-error.js';
import { brokenOff, fetchRoute } from './send.js';
import { sessionEnded } from './session.js';

/**
 * The bytes of a route's answer as they arrive.
 * @param onHeaders gets the headers of the answer before its first bytes
 * @throws ProblemError if it is rejected, can't be reached or breaks off; anything once `signal` is aborted
 */
export async function* streamRoute(
  name: RouteName,
  body: unknown,
  signal: AbortSignal,
  onHeaders: (headers: Headers) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const route: RouteContract = routes[name];
  try {
    const response = await fetchRoute(route, { body }, await csrfTokenFor(route), signal);
    onHeaders(response.headers);
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) yield read.value;
  } catch (error) {
    if (isSignedOut(error)) sessionEnded();
    if (signal.aborted || error instanceof ProblemError) throw error;
    brokenOff();
  }
}
