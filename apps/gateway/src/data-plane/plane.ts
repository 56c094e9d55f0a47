/**
 * A request in a straight line: receive → authenticate → match → decide → admit → authorise → intent → forward →
 * outcome → record. The one place that knows the order, which is also the order of refusal (docs/request-path.md).
 */
import { GatewayError } from '@gatehouse/domain/errors';
import { admit } from './admit.js';
import { callUpstream } from './attempts.js';
import { authenticate } from './authenticate.js';
import { authorise } from './authorise.js';
import { decideRoute } from './decide.js';
import type { PlaneDeps } from './deps.js';
import { beginExchange, lap } from './exchange.js';
import { EXPLAIN_PATH, explainRequest } from './explain.js';
import { connectionOf, type RequestHandler } from './listener/connection.js';
import { refuse } from './listener/refusal.js';
import { match } from './match.js';
import { receive } from './receive.js';
import { recordDenied, recordLine } from './record.js';
import { release } from './release.js';

export function createPlane(deps: PlaneDeps): RequestHandler {
  return async (request, response) => {
    const exchange = beginExchange(request, deps.clock);
    const done = (stage: string): void => lap(exchange, stage, deps.clock);
    try {
      const authorization = receive(request);
      done('receive');

      const client = await authenticate(deps, exchange, authorization);
      done('authenticate');

      if (exchange.target === EXPLAIN_PATH) {
        await explainRequest(deps, exchange, client, request, response);
        return;
      }

      const asked = match(exchange, client, request.rawHeaders);
      done('match');

      let route = decideRoute(deps, exchange, client, asked);
      done('decide');

      const admitted = await admit(exchange, request, asked);
      done('admit');

      const allowance = await authorise(deps, route, admitted);
      done('authorise');

      // intent, forward and outcome are one loop: a read may be tried again while no byte has reached the caller.
      const answer = await allowance(() =>
        callUpstream(deps, exchange, admitted, {
          current: () => route,
          decideAgain: () => (route = decideRoute(deps, exchange, client, asked)),
        }),
      );
      done('forward');

      await release(deps, exchange, answer, response);
      done('release');
    } catch (error) {
      const found = asGatewayError(deps, error);
      connectionOf(request.socket).noteRefusal(found);
      const refusal = await recordDenied(deps, exchange, found);
      refuse(exchange, refusal, request, response);
    } finally {
      recordLine(deps, exchange);
    }
  };
}

/** Anything unforeseen is GW_INTERNAL, told to the log and to nobody else. */
function asGatewayError(deps: PlaneDeps, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  deps.log.error({ err: error }, 'unforeseen error in the data plane');
  return new GatewayError('GW_INTERNAL', { cause: error });
}
