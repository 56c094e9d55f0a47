/**
 * Which of a caller's headers Gatehouse reads, which it refuses and which it ignores (law 3).
 * Nothing here is copied upstream: `upstreamHeaders` builds that list from nothing.
 */
import type { Operation } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';
import { headerPairs } from './framing.js';
import { correlationIdFault } from './correlation-id.js';
import { holdsKey } from './opaque-key.js';
import type { Capability } from '../registry/records/vocabulary.js';

/** Read by Gatehouse itself; a second one is refused. */
const CONSUMED = new Set([
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'accept',
  'if-match',
  'x-correlation-id',
]);

/**
 * User-restricted headers of e-RS (docs/reference/protocol-facts.md §2). In application-restricted mode only the
 * first may choose.
 */
const CHOOSES_ORGANISATION = 'nhsd-end-user-organisation-ods';
const USER_HEADERS = new Set([
  CHOOSES_ORGANISATION,
  'nhsd-ers-business-function',
  'nhsd-ers-on-behalf-of-user-id',
  'nhsd-ers-comm-rule-org',
  'nhsd-ers-file-name',
  'nhsd-ers-referral-id',
]);
const GATEHOUSE_HEADERS = new Set([
  'gatehouse-product',
  'gatehouse-capability',
  'gatehouse-user-session',
  'gatehouse-user-activity',
]);

const RESERVED_FAMILY = /^(?:x-ers-|xapi-|nhsd-|gatehouse-)/;
const RESERVED = new Set(['apikey', 'echo', 'asid', 'x-asid']);

export const ODS_CODE = /^[A-Z0-9]{1,10}$/;
/** The forms of the other values that Gatehouse reads. */
export const HEADER_FORMS = {
  product: /^[\x20-\x7e]{1,100}$/,
  userSession: /^[A-Za-z0-9._~-]{1,512}$/,
  userActivity: /^background$/,
  ifMatch: /^W\/"[0-9]{1,10}"$/,
  accept: /^[\x20-\x7e]{0,512}$/,
} as const;

export interface CallerHeaders {
  readonly authorization: string | null;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly contentLength: number | null;
  readonly accept: string | null;
  /** True if the caller can take a gzip answer. */
  readonly acceptsGzip: boolean;
  readonly ifMatch: string | null;
  readonly correlationId: string | null;
  readonly odsCode: string | null;
  readonly product: string | null;
  readonly capability: Capability | null;
  readonly userSession: string | null;
  /** A poll that no person waits for, which does not keep the session alive. */
  readonly isBackground: boolean;
  /** The user-restricted headers of the request, except for the choice of organisation. */
  readonly userHeaders: ReadonlyMap<string, string>;
}

/** @throws GW_HEADER_DUPLICATE if a header that Gatehouse reads came more than once */
export function singleHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const single = new Map<string, string>();
  for (const [name, value] of headerPairs(rawHeaders)) {
    if (single.has(name) && isConsumed(name)) throw new GatewayError('GW_HEADER_DUPLICATE');
    if (!single.has(name)) single.set(name, value);
  }
  return single;
}

function isConsumed(name: string): boolean {
  return CONSUMED.has(name) || USER_HEADERS.has(name) || GATEHOUSE_HEADERS.has(name);
}

/**
 * Refuses browsers and reserved headers in any spelling; runs right after the credential.
 * Headers that only user-restricted access takes are refused later, when the access mode is known.
 * @throws GW_ORIGIN, GW_HEADER_FORBIDDEN
 */
export function refuseReservedHeaders(headers: ReadonlyMap<string, string>): void {
  if (headers.has('origin') || headers.has('sec-fetch-site')) throw new GatewayError('GW_ORIGIN');
  for (const name of headers.keys()) {
    const canonical = name.replaceAll('_', '-');
    const reserved = RESERVED.has(canonical) || RESERVED_FAMILY.test(canonical);
    if (reserved && !(USER_HEADERS.has(name) || GATEHOUSE_HEADERS.has(name))) {
      throw new GatewayError('GW_HEADER_FORBIDDEN');
    }
  }
}

/** Where a key or a handle belongs. In any other header it would be recorded, or sent to e-RS. */
const CREDENTIALS = new Set(['authorization', 'gatehouse-user-session']);

/**
 * The checked values of the headers that Gatehouse reads.
 * @throws GW_HEADER_SYNTAX; GW_PII_IN_URL for a correlation id that is nothing but ten digits
 */
export function readCallerHeaders(headers: ReadonlyMap<string, string>): CallerHeaders {
  for (const [name, value] of headers)
    if (isConsumed(name) && !CREDENTIALS.has(name) && holdsKey(value))
      throw new GatewayError('GW_HEADER_SYNTAX');
  const correlationId = headers.get('x-correlation-id') ?? null;
  const idFault = correlationId === null ? null : correlationIdFault(correlationId);
  if (idFault === 'number') throw new GatewayError('GW_PII_IN_URL');
  if (idFault === 'syntax') throw new GatewayError('GW_HEADER_SYNTAX');
  const capability = headers.get('gatehouse-capability') ?? null;
  if (capability !== null && capability !== 'referrer' && capability !== 'provider') {
    throw new GatewayError('GW_HEADER_SYNTAX');
  }
  const userHeaders = new Map<string, string>();
  for (const name of USER_HEADERS) {
    const value = headers.get(name);
    if (value !== undefined && name !== CHOOSES_ORGANISATION) userHeaders.set(name, value);
  }
  const length = headers.get('content-length');
  return {
    authorization: headers.get('authorization') ?? null,
    contentType: headers.get('content-type') ?? null,
    contentEncoding: headers.get('content-encoding') ?? null,
    contentLength: length === undefined ? null : Number(length),
    accept: checked(headers, 'accept', HEADER_FORMS.accept),
    acceptsGzip: /(?:^|,)\s*gzip\s*(?:,|;(?!\s*q=0(?:\.0*)?\s*(?:,|$))|$)/i.test(
      headers.get('accept-encoding') ?? '',
    ),
    ifMatch: headers.get('if-match') ?? null,
    correlationId,
    odsCode: checked(headers, CHOOSES_ORGANISATION, ODS_CODE),
    product: checked(headers, 'gatehouse-product', HEADER_FORMS.product),
    capability,
    userSession: checked(headers, 'gatehouse-user-session', HEADER_FORMS.userSession),
    isBackground: checked(headers, 'gatehouse-user-activity', HEADER_FORMS.userActivity) !== null,
    userHeaders,
  };
}

/** The caller's correlation id if it may be returned and recorded. It is read before anything can be refused. */
export function correlationIdIn(rawHeaders: readonly string[]): string | null {
  const [first, second] = headerPairs(rawHeaders).filter(([name]) => name === 'x-correlation-id');
  if (first === undefined || second !== undefined || correlationIdFault(first[1]) !== null) return null;
  return first[1];
}

/** @throws GW_HEADER_SYNTAX if the header is there and does not match */
export function checked(headers: ReadonlyMap<string, string>, name: string, pattern: RegExp): string | null {
  const value = headers.get(name);
  if (value === undefined) return null;
  if (!pattern.test(value)) throw new GatewayError('GW_HEADER_SYNTAX');
  return value;
}

/** @throws GW_HEADER_SYNTAX if the interaction needs If-Match and has none, or a malformed one */
export function requireIfMatch(operation: Operation, ifMatch: string | null): void {
  if (!operation.ifMatch) return;
  if (ifMatch === null) throw new GatewayError('GW_HEADER_SYNTAX', { fhirIssue: 'required' });
  if (!HEADER_FORMS.ifMatch.test(ifMatch)) throw new GatewayError('GW_HEADER_SYNTAX');
}
