import { randomUUID } from 'node:crypto';
import type { BackEndIdentity } from '../apim/back-end-identity.js';
import { apigeeFault } from '../apim/apim-errors.js';
import { queryOf, type Exchange } from '../wire/exchange.js';
import { bodyBytes, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { admit, parseBody } from './admission.js';
import { ErsError, ersOutcome } from './ers-errors.js';
import { HANDLERS } from './handlers/handlers.js';
import { route } from './route.js';

/** APIM can't carry an answer larger than this (10 MB, notes on A008 and A023). */
const APIM_RESPONSE_LIMIT_BYTES = 10_000_000;

/**
 * e-RS behind the proxy: route, admit, handle. Its transaction id is returned as X-Request-ID, unique for each request.
 */
export function answerErs(world: World, exchange: Exchange, identity: BackEndIdentity, path: string): Reply {
  const isR4 = path.startsWith('/FHIR/R4/');
  const reply = handle(world, exchange, identity, path, isR4);
  if (bodyBytes(reply) > APIM_RESPONSE_LIMIT_BYTES && exchange.notes.interaction !== 'A006') {
    return apigeeFault(500, 'Body buffer overflow', 'protocol.http.TooBigBody');
  }
  return { ...reply, headers: [...reply.headers, ['X-Request-ID', `${randomUUID()}-1`]] };
}

function handle(
  world: World,
  exchange: Exchange,
  identity: BackEndIdentity,
  path: string,
  isR4: boolean,
): Reply {
  const routed = route(exchange.method, path);
  if (routed === undefined)
    return ersOutcome(isR4, new ErsError(404, isR4 ? 'REC_NOT_FOUND' : undefined, 'No such endpoint'));
  const { row, params } = routed;
  exchange.notes.interaction = row.id;
  try {
    const refusal = admit(world, exchange, row, identity, isR4);
    if (refusal !== undefined) return refusal;
    const handler = HANDLERS[row.operation];
    if (handler === undefined) throw new Error(`no handler for ${row.operation}`);
    return handler({
      world,
      exchange,
      row,
      isR4,
      identity,
      params,
      query: queryOf(exchange.path),
      body: parseBody(exchange, row, isR4),
    });
  } catch (error) {
    if (error instanceof ErsError) return ersOutcome(isR4, error);
    throw error;
  }
}
