/**
 * Whether an answer of e-RS may pass, byte for byte, or is one of the few that must not (design §4).
 */
import type { Operation } from './catalogue.js';
import { diagnose, DIAGNOSES, type Diagnosis } from './diagnosis.js';
import type { ErrorCode } from './errors.js';

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

export type Verdict =
  | { readonly pass: true; readonly diagnosis: Diagnosis | null }
  | {
      readonly pass: false;
      readonly code: ErrorCode;
      readonly diagnosis: Diagnosis | null;
      /** The token itself was rejected: one new token may mend it. */
      readonly tokenRejected: boolean;
    };

const VISIBLE = /^[\x20-\x7e\x80-\xff\t]*$/;

/**
 * @param redirectHosts `host` or `host:port` that a 307 may point to
 */
export function judgeAnswer(
  operation: Operation,
  redirectHosts: readonly string[],
  answer: UpstreamHead,
): Verdict {
  const header = (name: string): string | null => answer.headers.find(([key]) => key === name)?.[1] ?? null;
  const refuse = (code: ErrorCode, diagnosis: Diagnosis | null = null, tokenRejected = false): Verdict => ({
    pass: false,
    code,
    diagnosis,
    tokenRejected,
  });

  if (answer.status < 200 || answer.status > 599) return refuse('GW_UPSTREAM_PROTOCOL');
  if (answer.headers.some(([, value]) => !VISIBLE.test(value))) return refuse('GW_UPSTREAM_PROTOCOL');
  if (header('content-length') !== null && header('transfer-encoding') !== null)
    return refuse('GW_UPSTREAM_PROTOCOL');
  // e-RS returns the correlation id unchanged; another one is another caller's answer (threat A4).
  const correlationId = header('x-correlation-id');
  if (correlationId !== null && correlationId !== answer.attemptId) return refuse('GW_UPSTREAM_PROTOCOL');

  if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
    const location = header('location');
    return location !== null && isAllowedRedirect(location, redirectHosts)
      ? { pass: true, diagnosis: null }
      : refuse('GW_UPSTREAM_REDIRECT');
  }
  // Only attachments may be HTML; anywhere else it is some error page in between.
  if (/html/i.test(header('content-type') ?? '') && operation.interaction !== 'A006') {
    return refuse('GW_UPSTREAM_PROTOCOL');
  }

  const diagnosis = diagnose(answer.status, answer.bodyStart, header('www-authenticate') ?? '');
  if (answer.status === 401 && answer.authenticated) {
    return refuse('GW_UPSTREAM_TOKEN', diagnosis, diagnosis !== DIAGNOSES.NOT_SUBSCRIBED);
  }
  return { pass: true, diagnosis };
}

/** https, to a listed host; port 443 unless the list names another; no user information. */
export function isAllowedRedirect(location: string, redirectHosts: readonly string[]): boolean {
  if (!URL.canParse(location)) return false;
  const url = new URL(location);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  return redirectHosts.includes(url.host);
}

/** A read may be tried again: nothing reached the caller, and the answer is a passing fault. */
export function isPassingFault(status: number, retryAfter: string | null): boolean {
  const soon = retryAfter === null || (/^[0-9]+$/.test(retryAfter) && Number(retryAfter) <= 1);
  return (status === 502 || status === 503) && soon;
}
