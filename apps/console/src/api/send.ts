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
  const answer = await ask(route, sent, csrfToken);
  const body = await bodyOf(answer);
  if (answer.status === 202) throw new AwaitingApproval(body);
  return { body, etag: answer.headers.get('etag') };
}

/** One object a line, as they come. @throws ProblemError what is not answered with 2xx, or breaks off in a line */
export async function* sendForLines(
  route: RouteContract,
  sent: Sent,
  csrfToken?: string,
): AsyncGenerator<unknown> {
  const answer = await ask(route, sent, csrfToken);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
  if (rest !== '') throw new ProblemError(0, 'The answer broke off.', []);
}

async function ask(route: RouteContract, sent: Sent, csrfToken: string | undefined): Promise<Response> {
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
  if (!answer.ok) throw problemOf(answer.status, await bodyOf(answer));
  return answer;
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return isJson && text !== '' ? JSON.parse(text) : null;
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
