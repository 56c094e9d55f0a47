/** Finds the row of the catalogue that a request calls, and reads its parameters and the caller's choices. */
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
import { readUserHeaders, type UserHeaders } from '@gatehouse/domain/ers/user-headers';
import type { Exchange } from './exchange.js';

export interface MatchedRequest {
  readonly headers: CallerHeaders;
  readonly accessMode: AccessMode;
  /** Null in application-restricted mode. */
  readonly user: UserHeaders | null;
  readonly matched: MatchedOperation;
  readonly query: Query;
}

/**
 * Checks the headers, then the URL as a whole, then path, method and query grammar: the order of refusal in docs/laws.md.
 * @throws GW_ORIGIN, GW_HEADER_FORBIDDEN, GW_HEADER_DUPLICATE, GW_HEADER_SYNTAX, GW_PII_IN_URL, GW_PATH_SYNTAX,
 *   GW_METHOD, GW_QUERY
 */
export function match(exchange: Exchange, client: Client, rawHeaders: readonly string[]): MatchedRequest {
  const { method, target } = exchange;
  return { ...readHeaders(client, rawHeaders), ...matchTarget(exchange, method, target) };
}

/**
 * The caller's headers and the access mode that follows from them.
 * @param namesUser whether a user is named in another way than by a handle
 * @throws as `match` does for headers
 */
export function readHeaders(
  client: Client,
  rawHeaders: readonly string[],
  namesUser = false,
): Pick<MatchedRequest, 'headers' | 'accessMode' | 'user'> {
  const single = singleHeaders(rawHeaders);
  refuseReservedHeaders(single);
  const headers = readCallerHeaders(single);
  const accessMode = accessModeOf(client, namesUser || headers.userSession !== null);
  if (accessMode === 'user-restricted')
    return { headers, accessMode, user: readUserHeaders(headers.userHeaders) };
  refuseUserHeaders(client, headers);
  return { headers, accessMode, user: null };
}

/** Without a user, the only user header a caller may send is the one that chooses an organisation among its grants. */
function refuseUserHeaders(client: Client, headers: CallerHeaders): void {
  if (headers.userHeaders.size > 0 || headers.isBackground) throw new GatewayError('GW_HEADER_FORBIDDEN');
  const { odsCode } = headers;
  const granted = client.grants.some(
    (grant) => grant.accessMode === 'application-restricted' && grant.odsCode === odsCode,
  );
  if (odsCode !== null && !granted) throw new GatewayError('GW_HEADER_FORBIDDEN');
}

/** Matches a method and a request target, whether they arrived as a request or are named by an explanation. */
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
