import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The service at which a request arrived, as faults and records name it. */
export type Target = 'token' | 'ers' | 'kms' | 's3' | 'object-store' | 'cis2';

/** What becomes known about a request while it is handled; part of its record. */
export interface Notes {
  apiKey?: string;
  applicationId?: string;
  asid?: string;
  odsCode?: string;
  accessMode?: string;
  /** CIS2 `sub` of the user whose token it is; user-restricted only, as are the next two. At the token endpoint, the subject. */
  userId?: string;
  businessFunction?: string;
  onBehalfOfUserId?: string;
  interaction?: string;
  grantType?: string;
  jti?: string;
  kid?: string;
  kmsAction?: string;
  /** What a call of KMS that worked was answered in `x-amzn-RequestId`; CloudTrail names the same. */
  kmsRequestId?: string;
  keyId?: string;
  stateChange?: true;
}

/** One request: its bytes as received, and what is known about it so far. */
export interface Exchange {
  readonly target: Target;
  readonly method: string;
  /** Path with query, exactly as received. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternating, exactly as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly notes: Notes;
  /** Set by a fault that only the handler can apply, such as a signature by another key. */
  scenario?: string;
}

export function openExchange(target: Target, request: IncomingMessage, body: Buffer): Exchange {
  return {
    target,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
    notes: {},
  };
}

/** A header as one string; repeated ones are joined as Node joins them. */
export function requestHeader(exchange: Exchange, lowerCaseName: string): string | undefined {
  const value = exchange.headers[lowerCaseName];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The path without its query. */
export function pathOnly(path: string): string {
  const mark = path.indexOf('?');
  return mark < 0 ? path : path.slice(0, mark);
}

/** Query parameters, decoded once. */
export function queryOf(path: string): URLSearchParams {
  const mark = path.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1));
}
