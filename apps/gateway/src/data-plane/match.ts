/** From the request's line and headers to a catalogue row with checked parameters, and the caller's choices. */
import { GatewayError } from '@gatehouse/domain/errors';
import { containsNhsNumber } from '@gatehouse/domain/input/nhs-number';
import { type MatchedOperation, matchOperation } from '@gatehouse/domain/ers/operation';
import { accessModeOf } from '@gatehouse/domain/policy/policy';
import { parseQuery, type Query } from '@gatehouse/domain/ers/query';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { AccessMode } from '@gatehouse/domain/registry/records/vocabulary';
import {
  type CallerHeaders,
  readCallerHeaders,
  refuseReservedHeaders,
  singleHeaders,
} from '@gatehouse/domain/input/request-headers';
import type { Exchange } from './exchange.js';

export interface Asked {
  readonly headers: CallerHeaders;
  readonly accessMode: AccessMode;
  readonly matched: MatchedOperation;
  readonly query: Query;
}

/**
 * Headers, then the URL as a whole, then path, method and query grammar: the house's order of refusal.
 * @throws GW_ORIGIN, GW_HEADER_FORBIDDEN, GW_HEADER_DUPLICATE, GW_HEADER_SYNTAX, GW_PII_IN_URL, GW_PATH_SYNTAX,
 *   GW_METHOD, GW_QUERY
 */
export function match(exchange: Exchange, client: Client, rawHeaders: readonly string[]): Asked {
  const { headers, accessMode } = readHeaders(client, rawHeaders);
  const { method, target } = exchange;
  return { headers, accessMode, ...matchTarget(exchange, method, target) };
}

/** The caller's headers, with those refused that its access mode doesn't take. */
export function readHeaders(
  client: Client,
  rawHeaders: readonly string[],
): { headers: CallerHeaders; accessMode: AccessMode } {
  const single = singleHeaders(rawHeaders);
  refuseReservedHeaders(single);
  const headers = readCallerHeaders(single);
  const accessMode = accessModeOf(client, headers.userSession !== null);
  if (accessMode === 'application-restricted') refuseUserHeaders(client, headers);
  return { headers, accessMode };
}

/** Without a user there is nobody to speak for: the organisation may be chosen among the grants, nothing else. */
function refuseUserHeaders(client: Client, headers: CallerHeaders): void {
  if (headers.userHeaders.size > 0) throw new GatewayError('GW_HEADER_FORBIDDEN');
  const { odsCode } = headers;
  const granted = client.grants.some(
    (grant) => grant.accessMode === 'application-restricted' && grant.odsCode === odsCode,
  );
  if (odsCode !== null && !granted) throw new GatewayError('GW_HEADER_FORBIDDEN');
}

/** A method and a request target, as they arrived or as an explanation names them. */
export function matchTarget(
  exchange: Exchange,
  method: string,
  target: string,
): { matched: MatchedOperation; query: Query } {
  if (containsNhsNumber(target)) throw new GatewayError('GW_PII_IN_URL');
  const mark = target.indexOf('?');
  const matched = matchOperation(method, mark === -1 ? target : target.slice(0, mark));
  exchange.matched = matched;
  return { matched, query: parseQuery(matched.operation, mark === -1 ? null : target.slice(mark + 1)) };
}
