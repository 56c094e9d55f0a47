/**
 * A request in a straight line: receive → authenticate → match → identify → decide → admit → authorise → intent →
 * forward → outcome → record. The one place that knows the order, which is also the order of refusal (docs/request-path.md).
 */
import { admit } from './admit.js';
import { createWriteTurns, writeKey } from './attempt/write-turns.js';
import { authenticate } from './authenticate.js';
import { authorise } from './authorise.js';
import { callUpstream } from './call-upstream.js';
import { decideRoute } from './decide.js';
import type { PlaneDeps } from './deps.js';
import { beginExchange, enter } from './exchange.js';
import { EXPLAIN_PATH, explainRequest } from './explain.js';
import { connectionOf, type RequestHandler } from './listener/connection.js';
import { refuse } from './listener/refusal.js';
import { match } from './match.js';
import { receive } from './receive.js';
import { asGatewayError, hideNumbers, recordDenied, recordLine } from './record.js';
import { release } from './release.js';
import { decideWithFreshRoles } from './users/fresh-roles.js';
import { identifyUser } from './users/identify-user.js';
import { isUserRoute, serveUserRoute } from './users/user-routes.js';

/** Longer than e-RS takes for nearly every write, and shorter than most callers wait. */
const LONGEST_TURN_MS = 30_000;

export function createPlane(deps: PlaneDeps): RequestHandler {
  const turns = createWriteTurns(LONGEST_TURN_MS);
  return async (request, response) => {
    const exchange = beginExchange(request, deps.clock, deps.callerAddress(request), deps.bodies.share());
    exchange.trace = deps.tracing?.begin(request.rawHeaders) ?? null;
    const stage = (name: string): void => enter(exchange, name, deps.clock);
    try {
      stage('receive');
      await hideNumbers(deps, exchange);
      const authorization = receive(request, deps.hosts);

      stage('authenticate');
      const client = await authenticate(deps, exchange, authorization);

      if (exchange.target === EXPLAIN_PATH) {
        stage('explain');
        await explainRequest(deps, exchange, client, request, response);
        return;
      }

      if (isUserRoute(exchange.target)) {
        stage('user route');
        await serveUserRoute(deps, exchange, client, request, response);
        return;
      }

      stage('match');
      const matched = match(exchange, client, request.rawHeaders);

      stage('identify');
      await identifyUser(deps, exchange, client, matched.headers);

      stage('decide');
      const decide = () => decideRoute(deps, exchange, client, matched);
      const route = await decideWithFreshRoles(deps, exchange, client, decide);

      stage('admit');
      const admitted = await admit(exchange, request, matched);

      stage('authorise');
      const allowance = await authorise(deps, route, admitted);

      stage('forward');
      // intent, forward and outcome are one loop: a read may be tried again while no byte has reached the caller.
      const answer = await turns.inTurn(writeKey(route, admitted), response, () =>
        allowance.spend(() => callUpstream(deps, exchange, admitted, decide)),
      );

      stage('release');
      await release(deps, exchange, answer, response);
    } catch (error) {
      stage('record');
      const refusal = asGatewayError(deps, error);
      connectionOf(request.socket).noteRefusal(refusal);
      refuse(exchange, await recordDenied(deps, exchange, refusal), request, response);
    } finally {
      exchange.bodies.giveBackAfter(response);
      recordLine(deps, exchange);
    }
  };
}
