/** The admin API, called through the contracts' map of routes. */
import { pendingChange } from '@gatehouse/contracts/governance/change-resources';
import { type FaultAt, problem as problemSchema } from '@gatehouse/contracts/problem';
import {
  API_PREFIX,
  type AnswerOf,
  type RequestOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import { faultOfAddress } from '@gatehouse/contracts/secret-in-address';
import { causeOf } from './cause.js';
import { Failure } from './failure.js';
import type { Settings } from './settings.js';

/** The admin API rejected the request; `faults` says where it is wrong. */
export class Rejection extends Failure {
  readonly faults: readonly FaultAt[];
  constructor(message: string, faults: readonly FaultAt[]) {
    super(message);
    this.faults = faults;
  }
}

const CUT_OFF = 'The connection was lost before the answer was complete.';

interface ApiRequest {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

/** @throws Rejection, Failure */
export async function call<N extends RouteName>(
  settings: Settings,
  name: N,
  request: Partial<RequestOf<N>>,
): Promise<AnswerOf<N>> {
  const response = await send(settings, name, request);
  return (await response.json()) as AnswerOf<N>;
}

/**
 * The objects of an answer that has one on each line, as they arrive.
 * @throws Rejection before the first; Failure if the connection ends too early
 */
export async function* callLines<N extends RouteName>(
  settings: Settings,
  name: N,
  request: Partial<RequestOf<N>>,
): AsyncGenerator<AnswerOf<N>> {
  for await (const line of callText(settings, name, request))
    if (line !== '') yield JSON.parse(line) as AnswerOf<N>;
}

/** The lines of an answer, without their ends, as they arrive. @throws as `callLines` */
export async function* callText<N extends RouteName>(
  settings: Settings,
  name: N,
  request: Partial<RequestOf<N>>,
): AsyncGenerator<string> {
  const response = await send(settings, name, request);
  if (response.body === null) return;
  let rest = '';
  try {
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield line.replace(/\r$/, '');
    }
  } catch {
    throw new Failure(CUT_OFF);
  }
  if (rest !== '') throw new Failure(CUT_OFF);
}

async function send(settings: Settings, name: RouteName, request: ApiRequest): Promise<Response> {
  const { adminToken, adminUrl } = settings;
  if (adminToken === undefined)
    throw new Failure(
      'GATEHOUSE_ADMIN_TOKEN is not set. "gatehouse bootstrap" creates the first token, "gatehouse tokens create" any other.',
      2,
    );
  const route: RouteContract = routes[name];
  const { params = {}, query = {}, body } = request;
  const url = urlOf(adminUrl, route, params, query);
  let response: Response;
  try {
    response = await fetch(url, {
      method: route.method,
      redirect: 'error',
      headers: {
        Authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Failure(
      `The admin API at ${adminUrl} can't be reached: ${causeOf(error)}. Check GATEHOUSE_ADMIN_URL.`,
    );
  }
  if (response.status === 202) throw awaitsApproval(pendingChange.parse(await response.json()));
  if (!response.ok) throw await rejectionOf(response);
  return response;
}

/** An exit code of its own, since a script has to know that nothing has changed yet. */
export function awaitsApproval(change: {
  readonly id: string;
  readonly rules: readonly string[];
  readonly expiresAt: string;
}): Failure {
  return new Failure(
    [
      `Nothing has changed yet: a second person must approve this (${change.rules.join(', ')}).`,
      `They decide on change ${change.id} in the console, until ${change.expiresAt}.`,
      `To see it: gatehouse changes show ${change.id}`,
    ].join('\n'),
    3,
  );
}

function urlOf(adminUrl: string, route: RouteContract, params: object, query: object): URL {
  const path = route.path.replaceAll(/:([a-zA-Z]+)/g, (_all, field: string) =>
    encodeURIComponent(String((params as Readonly<Record<string, unknown>>)[field])),
  );
  const url = URL.parse(adminUrl + API_PREFIX + path);
  if (url === null) throw new Failure(`GATEHOUSE_ADMIN_URL is not a URL: ${adminUrl}`, 2);
  // Every call carries the token, and some carry API keys.
  if (url.protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw new Failure(
      'GATEHOUSE_ADMIN_URL must begin with https:// unless it is on this machine, since calls to it carry secrets.',
      2,
    );
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  const fault = faultOfAddress(url.href);
  if (fault !== null) throw new Failure(`Nothing was sent: ${fault}.`, 2);
  return url;
}

async function rejectionOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success)
    return new Failure(`HTTP ${response.status}, but not from the admin API. Check GATEHOUSE_ADMIN_URL.`);
  const { title, detail, errors = [] } = parsed.data;
  const lines = [detail === undefined ? title : `${title.replace(/\.?$/, '.')} ${detail}`];
  for (const error of errors)
    lines.push(`  ${error.pointer === '' ? '(body)' : error.pointer}: ${error.detail}`);
  return new Rejection(lines.join('\n'), errors);
}
