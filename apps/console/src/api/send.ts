/** Requests of the admin API as its contracts describe them. */
import { API_PREFIX, type RouteContract } from '@gatehouse/contracts/routes';
import { AwaitingApproval } from './awaiting-approval.js';
import { problemOf, ProblemError } from './problem-error.js';

export interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** The ETag of what is changed, as it was read. */
  readonly ifMatch?: string;
}

export interface Answer {
  readonly body: unknown;
  readonly etag: string | null;
}

/** @throws ProblemError whatever is not answered with 2xx, or not at all */
export async function send(route: RouteContract, sent: Sent, csrfToken?: string): Promise<Answer> {
  const answer = await fetch(addressOf(route, sent), {
    method: route.method,
    headers: {
      Accept: 'application/json',
      ...(csrfToken === undefined ? {} : { 'Gatehouse-CSRF': csrfToken }),
      ...(sent.ifMatch === undefined ? {} : { 'If-Match': sent.ifMatch }),
      ...(sent.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
  }).catch(() => {
    throw new ProblemError(0, 'The gateway cannot be reached. Check the network and try again.', []);
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : null;
  if (!answer.ok) throw problemOf(answer.status, body);
  if (answer.status === 202) throw new AwaitingApproval(body);
  return { body, etag: answer.headers.get('etag') };
}

export function addressOf(route: RouteContract, { params, query }: Sent): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ''));
  return `${API_PREFIX}${path}${searchOf(query ?? {})}`;
}

function searchOf(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean') {
      search.set(name, String(value));
    }
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}
