/**
 * Query strings: decoded once, checked against the catalogue, encoded again canonically (law 4).
 */
import type { Operation } from './catalogue.js';
import { GatewayError } from '../errors.js';
import { isParameter } from './parameter.js';

export type Query = ReadonlyMap<string, string>;

const MAX_QUERY_LENGTH = 2048;

/**
 * @param raw what follows the first `?` of the request target, or null if there is none
 * @throws GW_QUERY for an unknown, repeated or malformed parameter; `requireParameters` checks for missing ones
 */
export function parseQuery(operation: Operation, raw: string | null): Query {
  const query = new Map<string, string>();
  if (raw === null) return query;
  if (raw.length > MAX_QUERY_LENGTH) throw new GatewayError('GW_QUERY');
  for (const pair of raw.split('&')) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new GatewayError('GW_QUERY');
    const name = decodeOnce(pair.slice(0, equals));
    const value = decodeOnce(pair.slice(equals + 1));
    const parameter = Object.hasOwn(operation.query, name) ? operation.query[name] : undefined;
    if (parameter === undefined || query.has(name)) throw new GatewayError('GW_QUERY');
    if (!isParameter(parameter.kind, value)) throw new GatewayError('GW_QUERY');
    query.set(name, value);
  }
  return query;
}

/** @throws GW_QUERY (required) if a parameter that the interaction needs is absent. Runs after policy. */
export function requireParameters(operation: Operation, query: Query): void {
  for (const [name, parameter] of Object.entries(operation.query)) {
    if (parameter.required && !query.has(name)) {
      throw new GatewayError('GW_QUERY', {
        fhirIssue: 'required',
        candidates: [`missing parameter: ${name}`],
      });
    }
  }
}

/** The query that goes upstream: catalogue order, one encoding. Empty string if there are no parameters. */
export function renderQuery(operation: Operation, query: Query): string {
  const pairs: string[] = [];
  for (const name of Object.keys(operation.query)) {
    const value = query.get(name);
    if (value !== undefined) pairs.push(`${encode(name)}=${encode(value)}`);
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function decodeOnce(text: string): string {
  // A `+` is ambiguous (space or plus) and no parameter of the catalogue contains either.
  if (text.includes('+')) throw new GatewayError('GW_QUERY');
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GatewayError('GW_QUERY');
  }
}

/** Percent-encodes all but the characters that e-RS's own examples leave unencoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2F|3A|2C)/g, decodeURIComponent);
}
