/** Against requests that another site makes a signed-in browser send. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AdminProblem } from './problem.js';

const CHANGES_NOTHING = new Set(['GET', 'HEAD']);

/**
 * A request with a session comes from the console's own pages; one that changes something shows so by its Origin and
 * by the token that only these pages were told.
 * @throws AdminProblem forged
 */
export function refuseForgery(
  request: IncomingMessage,
  expected: { readonly consoleOrigin: string; readonly csrfToken: string },
): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const reads = CHANGES_NOTHING.has(request.method ?? '');
  if (site !== undefined && site !== 'same-origin' && !(reads && site === 'none')) throw forged();
  if (origin !== undefined && origin !== expected.consoleOrigin) throw forged();
  if (reads) return;
  const token = request.headers['gatehouse-csrf'];
  if (origin === undefined || typeof token !== 'string' || !same(token, expected.csrfToken)) throw forged();
}

function forged(): AdminProblem {
  return new AdminProblem(
    'forged',
    'A signed-in browser must send this from the console itself, with the header Gatehouse-CSRF from GET /api/v1/session. A script uses a token instead.',
  );
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
