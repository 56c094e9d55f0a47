/**
 * The headers of a call to e-RS that the audit trail records: those on a list, because NHS support asks for them. Of
 * the credential only its presence is recorded, and no value that reads as an NHS number. Names are in lower case.
 */
import { containsNhsNumber } from '../input/nhs-number.js';

const LISTED = new Set([
  'accept',
  'accept-encoding',
  'allow',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'etag',
  'if-match',
  'request-duration',
  'retry-after',
  'transfer-encoding',
  'user-agent',
  'www-authenticate',
  'x-correlation-id',
  'x-request-id',
]);
const LONGEST = 200;
const REDACTED = '[redacted]';

/**
 * A repeated header is recorded once, with its values joined as HTTP allows.
 * @param secret the access token of the call, which must not be recorded in any header
 */
export function recordedHeaders(
  pairs: Iterable<readonly [name: string, value: string]>,
  secret: string | null,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (!LISTED.has(name)) continue;
    const before = kept[name];
    const joined = before === undefined ? value : `${before}, ${value}`;
    kept[name] = name === 'authorization' ? `Bearer ${REDACTED}` : recordedValue(joined, secret);
  }
  return kept;
}

/** A value from outside in the form in which it may be recorded. */
export function recordedValue(value: string, secret: string | null): string {
  const mustHide = containsNhsNumber(value) || (secret !== null && value.includes(secret));
  return mustHide ? REDACTED : value.slice(0, LONGEST);
}
