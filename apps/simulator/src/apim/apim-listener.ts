import { createServer, type Server } from 'node:http';
import { answerTokenRequest, identifyTokenRequest } from '../token/token-endpoint.js';
import { tokenError } from '../token/token-errors.js';
import { pathOnly, type Exchange } from '../wire/exchange.js';
import type { Reply } from '../wire/reply.js';
import { serveTarget } from '../wire/serve.js';
import type { World } from '../world.js';
import { apigeeFault } from './apim-errors.js';
import { answerAuthorize } from './authorize.js';
import { ERS_BASE_PATH } from './base-path.js';
import { answerCallback } from './callback.js';
import { answerErsProxy, identifyErsRequest } from './ers-proxy.js';
import { answerUserinfo } from './userinfo.js';

/** The other endpoints of the identity service, by path. */
const COMBINED: Readonly<Record<string, (world: World, exchange: Exchange) => Reply | Promise<Reply>>> = {
  '/oauth2/authorize': answerAuthorize,
  '/oauth2/callback': answerCallback,
  '/oauth2/userinfo': answerUserinfo,
};

/** API Management: the identity service and the e-RS proxy on one host. */
export function apimServer(world: World): Server {
  const token = serveTarget(world, {
    target: 'token',
    identify: (exchange) => identifyTokenRequest(world, exchange),
    answer: (exchange) => answerTokenRequest(world, exchange),
  });
  const combined = serveTarget(world, {
    target: 'token',
    identify: () => undefined,
    answer: (exchange) => COMBINED[pathOnly(exchange.path)]?.(world, exchange) ?? tokenError('unknown'),
  });
  const ers = serveTarget(world, {
    target: 'ers',
    identify: (exchange) => identifyErsRequest(world, exchange),
    answer: (exchange) => answerErsProxy(world, exchange),
  });
  const nowhere = serveTarget(world, {
    target: 'ers',
    identify: () => undefined,
    answer: (exchange) =>
      apigeeFault(
        404,
        `Unable to identify proxy for host: default and url: ${exchange.path}`,
        'messaging.adaptors.http.flow.ApplicationNotFound',
      ),
  });
  return createServer({ insecureHTTPParser: false }, (request, response) => {
    const url = request.url ?? '/';
    if (url.startsWith(`${ERS_BASE_PATH}/`)) ers(request, response);
    else if (url === '/oauth2/token') token(request, response);
    else if (Object.hasOwn(COMBINED, pathOnly(url))) combined(request, response);
    else nowhere(request, response);
  });
}
