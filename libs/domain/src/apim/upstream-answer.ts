/**
 * Whether an answer of e-RS may pass, byte for byte, or is one of the few that must not (docs/guides/calling.md).
 */
import type { Operation } from '../ers/catalogue.js';
import { diagnose, DIAGNOSES, type Diagnosis } from './diagnosis.js';
import type { ErrorCode } from '../errors.js';

export interface UpstreamHead {
  readonly status: number;
  /** Names in lower case, in order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** X-Correlation-ID that was sent. */
  readonly attemptId: string;
  /** Start of the body as text, where it was buffered; empty for a stream. */
  readonly bodyStart: string;
  /** True where a token went with the call. */
  readonly authenticated: boolean;
}

export type Verdict = { readonly pass: true; readonly diagnosis: Diagnosis | null } | Refused;

interface Refused {
  readonly pass: false;
  readonly code: ErrorCode;
  /** Why, for the log; never a value of the answer. */
  readonly detail: string;
  readonly diagnosis: Diagnosis | null;
  /** The token itself was rejected, so that one with a new token may be accepted. */
  readonly tokenRejected: boolean;
}

const VISIBLE = /^[\x20-\x7e\x80-\xff\t]*$/;

/**
 * @param redirectHosts `host` or `host:port` that a 307 may point to
 */
export function judgeAnswer(
  operation: Operation,
  redirectHosts: readonly string[],
  answer: UpstreamHead,
): Verdict {
  const all = (name: string): string[] =>
    answer.headers.filter(([key]) => key === name).map(([, value]) => value);
  const refuse = (code: ErrorCode, detail: string): Refused => ({
    pass: false,
    code,
    detail,
    diagnosis: null,
    tokenRejected: false,
  });

  if (answer.status < 200 || answer.status > 599)
    return refuse('GW_UPSTREAM_PROTOCOL', 'no such status in HTTP');
  if (answer.headers.some(([, value]) => !VISIBLE.test(value)))
    return refuse('GW_UPSTREAM_PROTOCOL', 'a control character in a header');
  if (all('content-length').length > 0 && all('transfer-encoding').length > 0)
    return refuse('GW_UPSTREAM_PROTOCOL', 'Content-Length beside Transfer-Encoding');
  // e-RS returns the correlation id unchanged; another one is another caller's answer (threat A4).
  if (all('x-correlation-id').some((id) => id !== answer.attemptId))
    return refuse('GW_UPSTREAM_PROTOCOL', 'the correlation id of another call');

  if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
    // All of them are handed on, and the caller may follow any.
    const [location, ...more] = all('location');
    return location !== undefined && more.length === 0 && isAllowedRedirect(location, redirectHosts)
      ? { pass: true, diagnosis: null }
      : refuse('GW_UPSTREAM_REDIRECT', 'a redirect to a host that is not listed');
  }
  // Only attachments may be HTML; anywhere else it is some error page in between.
  if (all('content-type').some((type) => /html/i.test(type)) && operation.interaction !== 'A006') {
    return refuse('GW_UPSTREAM_PROTOCOL', 'an HTML page');
  }

  const diagnosis = diagnose(answer.status, answer.bodyStart, all('www-authenticate').join(', '));
  if (answer.status === 401 && answer.authenticated) {
    const tokenRejected = diagnosis !== DIAGNOSES.NOT_SUBSCRIBED;
    return { ...refuse('GW_UPSTREAM_TOKEN', 'e-RS answered 401'), diagnosis, tokenRejected };
  }
  return { pass: true, diagnosis };
}

/**
 * Scheme and host in the one spelling that every URL parser reads alike. `URL` also takes `https:\\host`, takes a
 * backslash for the end of a host, and leaves out tabs; the caller's parser, which gets the same bytes, may not.
 */
const PLAIN_AUTHORITY = /^https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#]|$)/i;

/** https, to a listed host; port 443 unless the list names another; no user information. */
export function isAllowedRedirect(location: string, redirectHosts: readonly string[]): boolean {
  if (!PLAIN_AUTHORITY.test(location) || !URL.canParse(location)) return false;
  const url = new URL(location);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  return redirectHosts.includes(url.host);
}

/** A read may be tried again: nothing reached the caller, and the answer is a passing fault. */
export function isPassingFault(status: number, retryAfter: string | null): boolean {
  const soon = retryAfter === null || (/^[0-9]+$/.test(retryAfter) && Number(retryAfter) <= 1);
  return (status === 502 || status === 503) && soon;
}
