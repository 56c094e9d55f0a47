/**
 * Refuses requests that Node's HTTP parser accepts although two programs could read them differently. Node alone
 * answers HTTP/0.9, the text "HTTP/2.0", a duplicate Host and "Transfer-Encoding: gzip, chunked".
 */
import { GatewayError } from '../errors.js';
import { brokenFraming, type FramingRule } from './framing-rules.js';

export interface RequestHead {
  readonly httpVersion: string;
  readonly method: string;
  /** Names and values in order of arrival, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

const MAX_HEADERS = 100;
/** RFC 3986, section 3.2.2: a registered name or an address in brackets; with a port. */
const HOST =
  /^(?:(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const PORT = /:[0-9]{1,5}$/;
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

/**
 * An offer to change to another protocol (`Upgrade`, `HTTP2-Settings`) is ignored, as RFC 9110, section 7.8, lets a
 * server do: Java's HTTP client and service meshes send one by default.
 * @param hosts names that the listener answers for, in lower case; null: all
 * @throws GW_FRAMING, naming its rule, unless the head is one complete, unambiguous HTTP/1.1 request head
 */
export function checkFraming(head: RequestHead, hosts: ReadonlySet<string> | null = null): void {
  const rule = brokenRule(head, hosts);
  if (rule !== null) throw new GatewayError('GW_FRAMING', brokenFraming(rule));
}

function brokenRule(head: RequestHead, hosts: ReadonlySet<string> | null): FramingRule | null {
  if (head.httpVersion !== '1.1') return 'version';
  if (head.rawHeaders.length / 2 > MAX_HEADERS) return 'too many headers';
  const values = new Map<string, string[]>();
  for (const [name, value] of headerPairs(head.rawHeaders)) {
    const list = values.get(name);
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  }
  const [host, ...otherHosts] = values.get('host') ?? [];
  if (host === undefined) return 'no Host';
  if (otherHosts.length > 0) return 'several Hosts';
  if (!HOST.test(host)) return 'Host syntax';
  if (hosts !== null && !hosts.has(host.replace(PORT, '').toLowerCase())) return 'foreign Host';
  const expectations = values.get('expect') ?? [];
  if (expectations.length > 1 || expectations.some((value) => value.toLowerCase() !== '100-continue'))
    return 'Expect';
  // Proxies that turn "_" into "-" would read these as framing.
  if (values.has('transfer_encoding') || values.has('content_length')) return 'underscore alias';
  return brokenBodyRule(head.method, values.get('transfer-encoding'), values.get('content-length'));
}

function brokenBodyRule(
  method: string,
  encodings: readonly string[] | undefined,
  lengths: readonly string[] | undefined,
): FramingRule | null {
  if (encodings !== undefined && lengths !== undefined) return 'two framings';
  if (encodings !== undefined && (encodings.length !== 1 || encodings[0]?.toLowerCase() !== 'chunked'))
    return 'Transfer-Encoding';
  if (lengths !== undefined && (lengths.length !== 1 || !CONTENT_LENGTH.test(lengths[0] ?? '')))
    return 'Content-Length';
  const hasBody = encodings !== undefined || (lengths !== undefined && lengths[0] !== '0');
  return hasBody && BODILESS.has(method) ? 'body not allowed' : null;
}

/**
 * Whether bytes can be the start of a request line: three words with one space between each. Some parsers skip a
 * second space.
 * @param start what has arrived so far; empty lines in front are passed over, as RFC 9112, section 2.2, lets a server do
 */
export function mayBeRequestLine(start: string): boolean {
  const [line = '', ...rest] = start.replace(/^(?:\r?\n)+/, '').split('\n', 2);
  const words = line.replace(/\r$/, '').split(' ');
  // Two words are HTTP/0.9, which the parser reads and the version rule refuses.
  const isWhole = words.length === 2 || words.length === 3;
  if (rest.length > 0) return isWhole && words.every((word) => word !== '');
  return words.length <= 3 && words.slice(0, -1).every((word) => word !== '');
}
