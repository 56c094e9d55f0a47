/** Ties a handler to its entry in the contracts' map: method, path, permission, what it reads and what it may answer. */
import { API_PREFIX, routes } from '@gatehouse/contracts/routes';
import type { InputOf, RouteContract, RouteName } from '@gatehouse/contracts/routes';
import { faultsOf } from '@gatehouse/contracts/problem';
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { ZodType } from 'zod';
import { Needs } from '../../listener/needs.js';
import { AdminProblem } from './problem.js';
import { readJson } from './body.js';

/** Set on handlers that keep to the organisations of a limited role. */
export const REACH_KEY = 'gatehouse:keeps-to-reach';

/** Serves one route. What the handler returns is cut down to the shape the contract promises. */
export function Route(name: RouteName): MethodDecorator {
  const route: RouteContract = routes[name];
  return applyDecorators(
    answering(route),
    RequestMapping({ method: RequestMethod[route.method], path: API_PREFIX + route.path }),
    HttpCode(200),
    Needs(route.permission),
    SetMetadata(REACH_KEY, route.keepsToReach === true),
  );
}

/** A field that no contract names can't leave by accident. */
function answering(route: RouteContract): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    if (route.ndjson === true) return;
    const handler = descriptor.value as (...given: unknown[]) => unknown;
    descriptor.value = async function (this: unknown, ...given: unknown[]) {
      return route.response.parse(await handler.apply(this, given));
    };
  };
}

interface Received extends IncomingMessage {
  readonly params: Readonly<Record<string, string>>;
  readonly originalUrl: string;
}

/** Params, query and body as the contract has them; every fault is answered at once. */
export const Input: (name: RouteName) => ParameterDecorator = createParamDecorator(
  async (name: RouteName, context: ExecutionContext) => {
    const request = context.switchToHttp().getRequest<Received>();
    const route: RouteContract = routes[name];
    return {
      params: route.params === undefined ? {} : parsed(route.params, { ...request.params }),
      query: parsed(route.query, queryOf(request.originalUrl)),
      body:
        route.body === undefined
          ? undefined
          : parsed(route.body, await readJson(request, route.maxBodyBytes)),
    } satisfies { [key in keyof InputOf<RouteName>]: unknown };
  },
);

function queryOf(url: string): Record<string, string> {
  const search = new URLSearchParams(url.split('?').slice(1).join('?'));
  const names = [...search.keys()];
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined)
    throw new AdminProblem('invalid-request', `Send the parameter ${repeated} once.`);
  return Object.fromEntries(search);
}

function parsed(schema: ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) {
    if (Object.keys(value as object).length > 0)
      throw new AdminProblem('invalid-request', 'No parameters are taken here.');
    return {};
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new AdminProblem('invalid-request', undefined, faultsOf(result.error));
  return result.data;
}
