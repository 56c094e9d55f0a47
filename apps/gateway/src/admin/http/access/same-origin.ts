/** Refuses requests that another site makes a signed-in browser send. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AdminProblem } from '../problem.js';

const CHANGES_NOTHING = new Set(['GET', 'HEAD']);

/**
 * A request with a session must come from the console's own pages. One that changes something proves it by its Origin
 * and by the token that only these pages have.
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
    'A signed-in browser must send this from the console itself, with the Gatehouse-CSRF token that GET /api/v1/session answers. A script uses an admin token instead.',
  );
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
