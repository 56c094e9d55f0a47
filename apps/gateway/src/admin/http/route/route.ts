/** Ties a handler to its entry in the contracts' map: method, path, permission, what it reads and what it answers. */
import {
  type AnswerOf,
  API_PREFIX,
  type InputOf,
  type RouteContract,
  type RouteName,
  routes,
} from '@gatehouse/contracts/routes';
import { applyDecorators, HttpCode, RequestMapping, RequestMethod, Res, SetMetadata } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Needs } from '../../../listener/needs.js';
import { Actor } from './actor.js';
import type { Tagged } from './entity-tag.js';
import { Input } from './input.js';
import type { Acting } from '../access/principal.js';

/** Set on handlers that keep to the organisations of a limited role. */
export const REACH_KEY = 'gatehouse:keeps-to-reach';

type Flags<N extends RouteName> = (typeof routes)[N];

type Unchanging<T> = T extends object ? { readonly [key in keyof T]: Unchanging<T[key]> } : T;

/** What a handler returns. Routes of lines write their answer themselves. */
export type RouteAnswer<N extends RouteName> =
  Flags<N> extends { readonly ndjson: true }
    ? void
    : Flags<N> extends { readonly etag: true }
      ? Tagged<Unchanging<AnswerOf<N>>>
      : Unchanging<AnswerOf<N>>;

/** What serves a route. The response is for headers beyond the contract, and for routes of lines. */
export type Handler<N extends RouteName> = (
  input: InputOf<N>,
  acting: Acting,
  response: ServerResponse,
) => RouteAnswer<N> | Promise<RouteAnswer<N>>;

/** Serves one route. A handler that takes another route's input, or answers in another shape, doesn't compile. */
export function Route<N extends RouteName>(name: N) {
  const route: RouteContract = routes[name];
  return <H extends Handler<N>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    Input(name)(target, key, 0);
    Actor()(target, key, 1);
    Res({ passthrough: route.ndjson !== true })(target, key, 2);
    applyDecorators(
      answering(route),
      RequestMapping({ method: RequestMethod[route.method], path: API_PREFIX + route.path }),
      HttpCode(200),
      Needs(route.permission),
      SetMetadata(REACH_KEY, route.keepsToReach === true),
    )(target, key, descriptor);
  };
}

/** Cuts the answer down to the shape the contract promises: a field that no contract names can't leave by accident. */
function answering(route: RouteContract): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    if (route.ndjson === true) return;
    const handler = descriptor.value as (...args: [object, Acting, ServerResponse]) => unknown;
    descriptor.value = async function (this: unknown, ...args: [object, Acting, ServerResponse]) {
      const answer = await handler.apply(this, args);
      if (route.etag !== true) return route.response.parse(answer);
      const { record, etag } = answer as Tagged<unknown>;
      args[2].setHeader('ETag', etag);
      // A proxy that compresses an answer would change its tag.
      args[2].setHeader('Cache-Control', 'no-store, no-transform');
      return route.response.parse(record);
    };
  };
}
