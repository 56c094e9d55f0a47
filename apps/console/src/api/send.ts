/** Requests to the admin API, as its contracts describe them. */
import { API_PREFIX, POLL_HEADER, type RouteContract } from '@gatehouse/contracts/routes';
import { faultOfAddress } from '@gatehouse/contracts/secret-in-address';
import { sentenceCase } from '../parts/words.js';
import { AwaitingApproval } from './awaiting-approval.js';
import { NO_ANSWER, problemOf, ProblemError } from './problem-error.js';

export interface ApiRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** The ETag of the record to change, as it was read. */
  readonly ifMatch?: string;
  /** The page makes it by itself: it does not keep the session from going idle. */
  readonly isPoll?: true;
  /** A token that is sent in place of the session, which the browser then leaves out. */
  readonly bearer?: string;
  /** Ends an answer in lines. */
  readonly signal?: AbortSignal;
  /** Called whenever something of an answer in lines has arrived, if only to keep the connection open. */
  readonly onHeard?: () => void;
}

export interface ApiResponse {
  readonly body: unknown;
  readonly etag: string | null;
}

const TIMEOUT_MS = 30_000;
const ACCEPTED = 202;

/**
 * @throws ProblemError unless the gateway answers with 2xx within 30 seconds
 * @throws AwaitingApproval if a second person must approve the change
 */
export async function sendRequest(
  route: RouteContract,
  request: ApiRequest,
  csrfToken?: string,
): Promise<ApiResponse> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetchRoute(route, request, csrfToken, signal);
  const body = await readBody(response);
  if (response.status === ACCEPTED) throw new AwaitingApproval(body);
  return { body, etag: response.headers.get('etag') };
}

/** Objects as they arrive, one a line. @throws ProblemError if it is rejected or breaks off */
export async function* sendForLines(
  route: RouteContract,
  request: ApiRequest,
  csrfToken?: string,
): AsyncGenerator<unknown> {
  const response = await fetchRoute(route, request, csrfToken, request.signal);
  request.onHeard?.();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = (await reader?.read().catch(brokenOff)) ?? { done: true, value: undefined };
    if (done) break;
    request.onHeard?.();
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
  if (rest !== '') brokenOff();
}

export async function fetchRoute(
  route: RouteContract,
  request: ApiRequest,
  csrfToken: string | undefined,
  signal?: AbortSignal,
): Promise<Response> {
  const address = addressOf(route, request);
  // A field that goes into the address is easily taken for one to paste a key into.
  const fault = faultOfAddress(address);
  if (fault !== null) throw new ProblemError(NO_ANSWER, `${sentenceCase(fault)}.`);
  const response = await fetch(address, {
    method: route.method,
    headers: {
      Accept: 'application/json',
      ...(csrfToken === undefined ? {} : { 'Gatehouse-CSRF': csrfToken }),
      ...(request.ifMatch === undefined ? {} : { 'If-Match': request.ifMatch }),
      ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(request.bearer === undefined ? {} : { Authorization: `Bearer ${request.bearer}` }),
      ...(request.isPoll === true ? { [POLL_HEADER]: '1' } : {}),
    },
    ...(request.bearer === undefined ? {} : { credentials: 'omit' as const }),
    ...(signal === undefined ? {} : { signal }),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  }).catch(unanswered);
  if (!response.ok) throw problemOf(response.status, await readBody(response));
  return response;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text().catch(unanswered);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return isJson && text !== '' ? JSON.parse(text) : null;
}

export function unanswered(error: unknown): never {
  if (!navigator.onLine) {
    throw new ProblemError(NO_ANSWER, 'You are offline. Check your network connection, then try again.');
  }
  const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
  throw new ProblemError(
    NO_ANSWER,
    timedOut
      ? 'The gateway did not answer within 30 seconds. Try again.'
      : 'The gateway could not be reached. Check your network connection, then try again.',
  );
}

export function brokenOff(): never {
  throw new ProblemError(NO_ANSWER, 'The connection was lost before the answer was complete.');
}

function addressOf(route: RouteContract, { params, query }: ApiRequest): string {
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
