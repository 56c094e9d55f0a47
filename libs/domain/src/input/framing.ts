/**
 * What Node's HTTP parser lets through and this gateway does not: the request must have exactly one reading
 * (measured: bare Node answers HTTP/0.9, "HTTP/2.0" text, duplicate Host and "Transfer-Encoding: gzip, chunked").
 */
import { GatewayError } from '../errors.js';

export interface RequestHead {
  readonly httpVersion: string;
  readonly method: string;
  /** Names and values in order of arrival, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

const MAX_HEADERS = 100;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const CONTENT_LENGTH = /^(?:0|[1-9][0-9]{0,14})$/;
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Header names in lower case with their values, in order. */
export function headerPairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

/** The first value of a header among pairs whose names are in lower case. */
export function headerValue(
  pairs: readonly (readonly [name: string, value: string])[],
  name: string,
): string | undefined {
  return pairs.find(([key]) => key === name)?.[1];
}

/** @throws GW_FRAMING (505, 431, 417 or 400) unless the head is one complete, unambiguous HTTP/1.1 request head */
export function checkFraming(head: RequestHead): void {
  if (head.httpVersion !== '1.1') throw new GatewayError('GW_FRAMING', { status: 505 });
  if (head.rawHeaders.length / 2 > MAX_HEADERS) {
    throw new GatewayError('GW_FRAMING', { status: 431, fhirIssue: 'too-long' });
  }
  const values = new Map<string, string[]>();
  for (const [name, value] of headerPairs(head.rawHeaders)) {
    const list = values.get(name);
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  }
  const hosts = values.get('host') ?? [];
  if (hosts.length !== 1 || !HOST.test(hosts[0] ?? '')) throw new GatewayError('GW_FRAMING');
  if (values.has('upgrade') || values.has('http2-settings')) throw new GatewayError('GW_FRAMING');
  const expectations = values.get('expect') ?? [];
  if (expectations.length > 1 || expectations.some((value) => value.toLowerCase() !== '100-continue')) {
    throw new GatewayError('GW_FRAMING', { status: 417, fhirIssue: 'not-supported' });
  }
  // Proxies that turn "_" into "-" would read these as framing.
  if (values.has('transfer_encoding') || values.has('content_length')) throw new GatewayError('GW_FRAMING');

  const encodings = values.get('transfer-encoding');
  const lengths = values.get('content-length');
  if (encodings !== undefined && lengths !== undefined) throw new GatewayError('GW_FRAMING');
  if (encodings !== undefined && (encodings.length !== 1 || encodings[0]?.toLowerCase() !== 'chunked')) {
    throw new GatewayError('GW_FRAMING');
  }
  if (lengths !== undefined && (lengths.length !== 1 || !CONTENT_LENGTH.test(lengths[0] ?? ''))) {
    throw new GatewayError('GW_FRAMING');
  }
  const hasBody = encodings !== undefined || (lengths !== undefined && lengths[0] !== '0');
  if (hasBody && BODILESS.has(head.method)) throw new GatewayError('GW_FRAMING');
}
