import { type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { problemOf, ProblemError } from './problem-error.js';
import { addressOf } from './send.js';

/**
 * What a GET route streams, piece by piece.
 * @throws ProblemError if it is refused, can't be reached or breaks off; AbortError once `signal` is aborted
 */
export async function* streamRoute(
  name: RouteName,
  query: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const route: RouteContract = routes[name];
  try {
    const answer = await fetch(addressOf(route, { query }), { signal });
    if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
    const reader = answer.body?.getReader();
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) yield read.value;
  } catch (error) {
    if (signal.aborted || error instanceof ProblemError) throw error;
    throw new ProblemError(0, 'It broke off, and what came so far is not kept. Try again.', []);
  }
}
