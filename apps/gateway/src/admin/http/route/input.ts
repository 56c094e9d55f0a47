/** Reads what a route takes. Every fault of one part is answered at once. */
import { checkShape } from '@gatehouse/contracts/fault-words';
import { faultsOf } from '@gatehouse/contracts/problem';
import { type InputOf, type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodType } from 'zod';
import { readJson } from './read-json.js';
import { entityTagsOf } from './entity-tag.js';
import { storable } from './storable.js';
import { AdminProblem, invalid } from '../problem.js';
import { UNDECODABLE } from '../problems.js';

interface RoutedRequest extends IncomingMessage {
  readonly params: Readonly<Record<string, string>>;
  readonly originalUrl: string;
}

/** Params, query, body and entity tags, as the contract has them. */
export const Input: (name: RouteName) => ParameterDecorator = createParamDecorator(
  async (name: RouteName, context: ExecutionContext) => {
    const http = context.switchToHttp();
    const request = http.getRequest<RoutedRequest>();
    const route: RouteContract = routes[name];
    return {
      params: route.params === undefined ? {} : parsed(route.params, storable({ ...request.params })),
      query: parsed(route.query, storable(queryOf(request.originalUrl))),
      body: route.body === undefined ? undefined : await bodyOf(request, http.getResponse(), route),
      ifMatch: route.ifMatch === true ? entityTagsOf(request.headers['if-match']) : undefined,
    } satisfies { [key in keyof InputOf<RouteName>]: unknown };
  },
);

async function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  route: RouteContract,
): Promise<unknown> {
  const body = await readJson(request, response, route);
  const faults = route.bodyFaults?.(body) ?? [];
  if (faults.length > 0) throw invalid(faults);
  return parsed(route.body, body);
}

function queryOf(url: string): Record<string, string> {
  const query = url.split('?').slice(1).join('?');
  requireDecodable(query);
  const search = new URLSearchParams(query);
  const names = [...search.keys()];
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined)
    throw new AdminProblem('invalid-request', `Send the parameter ${repeated} once.`);
  return Object.fromEntries(search);
}

/** URLSearchParams puts U+FFFD in place of what encodes no character. @throws AdminProblem invalid-request */
function requireDecodable(query: string): void {
  try {
    decodeURIComponent(query);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new AdminProblem('invalid-request', UNDECODABLE);
  }
}

function parsed(schema: ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) {
    if (Object.keys(value as object).length > 0)
      throw new AdminProblem('invalid-request', 'This route takes no parameters.');
    return {};
  }
  const result = checkShape(schema, value);
  if (!result.success) throw new AdminProblem('invalid-request', undefined, faultsOf(result.error));
  return result.data;
}
