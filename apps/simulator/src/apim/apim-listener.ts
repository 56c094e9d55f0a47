import { createServer, type Server } from 'node:http';
import { answerTokenRequest, identifyTokenRequest } from '../token/token-endpoint.js';
import { serveTarget } from '../wire/serve.js';
import type { World } from '../world.js';
import { apigeeFault } from './apim-errors.js';
import { ERS_BASE_PATH } from './base-path.js';
import { answerErsProxy, identifyErsRequest } from './ers-proxy.js';

/** API Management: the identity service's token endpoint and the e-RS proxy on one host. */
export function apimServer(world: World): Server {
  const token = serveTarget(world, {
    target: 'token',
    identify: (exchange) => identifyTokenRequest(world, exchange),
    answer: (exchange) => answerTokenRequest(world, exchange),
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
    else nowhere(request, response);
  });
}
