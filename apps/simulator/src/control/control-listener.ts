import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { collectBody } from '../wire/collect-body.js';
import { pathOnly, queryOf } from '../wire/exchange.js';
import type { World } from '../world.js';
import { ControlError } from './control-error.js';
import type { ControlRoute } from './control-route.js';
import { CONTROL_ROUTES } from './control-routes.js';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The control API: JSON over http, for tests and local runs only. The NHS has nothing like it. */
export function controlServer(world: World): Server {
  return createServer((request, response) => {
    serve(world, request, response).catch((error: unknown) => {
      const status = error instanceof ControlError ? error.status : 500;
      answer(response, status, { error: error instanceof Error ? error.message : String(error) });
    });
  });
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  const path = pathOnly(url);
  const matched = matchRoute(request.method ?? 'GET', path);
  const text = (await collectBody(request, MAX_BODY_BYTES)).toString('utf8');
  if (matched === undefined)
    throw new ControlError(404, `there is no control route ${request.method ?? ''} ${path}`);
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new ControlError(400, 'the body is not JSON');
  }
  const result = await matched.route.run(world, { params: matched.params, query: queryOf(url), body });
  answer(response, 200, result ?? {});
}

function matchRoute(method: string, path: string): { route: ControlRoute; params: string[] } | undefined {
  for (const route of CONTROL_ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match !== null) return { route, params: match.slice(1).map((part) => decodeURIComponent(part)) };
  }
  return undefined;
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
