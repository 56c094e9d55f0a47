import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { deliverFaulty } from '../faults/deliver-faulty.js';
import { pause, reshape } from '../faults/apply-fault.js';
import type { Fault } from '../faults/fault.js';
import { openExchange } from '../wire/exchange.js';
import { NO_BYTES, textReply } from '../wire/reply.js';
import type { World } from '../world.js';
import { interact } from './interaction.js';
import { CIS1_PATH, CIS2_PATH } from './paths.js';
import { createProvider, SESSION_COOKIE } from './provider.js';

/** CIS2 on a listener of its own, with a second issuer beside it that resembles CIS1. Its address must be in `world`. */
export function cis2Listener(world: World): RequestListener {
  const provider = createProvider(world);
  world.cis2.provider = provider;
  const protocol = provider.callback();
  return (request, response) => {
    const answer = async () => {
      const path = request.url ?? '/';
      if (path.startsWith(`${CIS1_PATH}/`)) answerAsCis1(world, path.slice(CIS1_PATH.length), response);
      else if (path.startsWith(`${CIS2_PATH}/interaction/`))
        await interact(world, provider, request, response);
      else if (path.startsWith(`${CIS2_PATH}/`)) {
        if (path.startsWith(`${CIS2_PATH}/authorize`)) forgetSession(request);
        // As frameworks do when they mount the provider under a path.
        Object.assign(request, { originalUrl: path, url: path.slice(CIS2_PATH.length) });
        await protocol(request, response);
      } else response.writeHead(404).end();
    };
    recordAndServe(world, request, response, answer).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`This sign-in can't go on; begin again from where you came. (${String(error)})`);
    });
  };
}

/** Every sign-in shows the page, even right after another, so that one browser can be each person in turn. */
function forgetSession(request: IncomingMessage): void {
  const cookies = (request.headers.cookie ?? '').split('; ');
  request.headers.cookie = cookies.filter((cookie) => !cookie.startsWith(SESSION_COOKIE)).join('; ');
}

/** The provider reads the body itself, so the record has none. */
async function recordAndServe(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<void>,
): Promise<void> {
  const exchange = openExchange('cis2', request, NO_BYTES);
  const finish = world.requests.open(exchange, world.clock.nowMs());
  response.once('finish', () => finish(response.statusCode));
  response.once('close', () => finish(0));
  const fault = world.faults.take(exchange);
  if (fault !== undefined) {
    await pause(fault.delayMs ?? 0, response);
    if (isMoreThanDelay(fault)) {
      const reply = await reshape(world, exchange, fault, () => Promise.resolve(textReply(503, 'down')));
      deliverFaulty(response, exchange, reply, fault, finish);
      return;
    }
  }
  await answer();
}

const isMoreThanDelay = (fault: Fault): boolean => Object.keys(fault).some((name) => name !== 'delayMs');

function answerAsCis1(world: World, path: string, response: ServerResponse): void {
  const issuer = world.addresses.cis1Issuer;
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/access_token`,
      jwks_uri: `${issuer}/connect/jwk_uri`,
    },
    '/connect/jwk_uri': world.cis2.cis1Keys.jwks,
  };
  const body = documents[path];
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
