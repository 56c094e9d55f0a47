/** The admin API, called by the contracts' map of routes. */
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
import { Failure } from './failure.js';
import type { Settings } from './settings.js';

/** The admin API said no. */
export class Refused extends Failure {
  readonly status: number;
  readonly errors: readonly FaultAt[];
  constructor(status: number, message: string, errors: readonly FaultAt[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

type Given<N extends RouteName> = Partial<RequestOf<N>>;

interface Sent {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

/** @throws Refused, Failure */
export async function call<N extends RouteName>(
  settings: Settings,
  name: N,
  request: Given<N>,
): Promise<AnswerOf<N>> {
  const response = await send(settings, name, request);
  return (await response.json()) as AnswerOf<N>;
}

/** One object a line, as they come. @throws Refused before the first, Failure if the answer breaks off */
export async function* callLines<N extends RouteName>(
  settings: Settings,
  name: N,
  request: Given<N>,
): AsyncGenerator<AnswerOf<N>> {
  const response = await send(settings, name, request);
  if (response.body === null) return;
  let rest = '';
  try {
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as AnswerOf<N>;
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('The connection broke off before the answer was complete.');
  }
  if (rest !== '') throw new Failure('The answer ended in the middle of a line.');
}

async function send(settings: Settings, name: RouteName, request: Sent): Promise<Response> {
  const { adminToken } = settings;
  if (adminToken === undefined) {
    throw new Failure('GATEHOUSE_ADMIN_TOKEN is not set: "gatehouse bootstrap" makes the first token.', 2);
  }
  const route: RouteContract = routes[name];
  const { params = {}, query = {}, body } = request;
  const url = urlOf(settings.adminUrl, route, params, query);
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
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Failure(
      `The admin API at ${settings.adminUrl} can't be reached (${cause}). Is GATEHOUSE_ADMIN_URL right?`,
    );
  }
  if (response.status === 202) throw awaitsApproval(pendingChange.parse(await response.json()));
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Nothing is changed yet, which a script has to know. */
export function awaitsApproval(change: {
  readonly id: string;
  readonly rules: readonly string[];
  readonly expiresAt: string;
}): Failure {
  return new Failure(
    `Nothing is changed yet: ${change.rules.join(', ')} needs a second person. They decide change ${change.id} in the console until ${change.expiresAt}; "gatehouse changes show ${change.id}" shows it.`,
    3,
  );
}

function urlOf(adminUrl: string, route: RouteContract, params: object, query: object): URL {
  const path = route.path.replaceAll(/:([a-zA-Z]+)/g, (_all, field: string) =>
    encodeURIComponent(String((params as Readonly<Record<string, unknown>>)[field])),
  );
  const url = URL.parse(adminUrl + API_PREFIX + path);
  if (url === null) throw new Failure(`GATEHOUSE_ADMIN_URL is no URL: ${adminUrl}`, 2);
  // The token and APIM keys travel with every call.
  if (url.protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
    throw new Failure(
      'GATEHOUSE_ADMIN_URL must be https unless it is on this machine: it carries secrets.',
      2,
    );
  }
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url;
}

async function refusal(response: Response): Promise<Failure> {
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return new Failure(
      `The admin API answered ${response.status}, and not as the admin API does: check GATEHOUSE_ADMIN_URL.`,
    );
  }
  const found = problemSchema.safeParse(parsed);
  if (!found.success) return new Failure(`The admin API answered ${response.status}.`);
  const { title, detail, errors = [] } = found.data;
  const lines = [detail === undefined ? title : `${title} ${detail}`];
  for (const { pointer, detail: what } of errors)
    lines.push(`  ${pointer === '' ? '(body)' : pointer}: ${what}`);
  return new Refused(response.status, lines.join('\n'), errors);
}
