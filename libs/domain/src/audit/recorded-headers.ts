/**
 * Headers of a call to e-RS as the trail keeps them: those that NHS support asks for, by a list, the credential by its
 * presence alone, and nothing that reads as a patient's number. Names in lower case.
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
 * A header that came several times is kept once, its values joined as HTTP allows.
 * @param secret what must not be kept wherever it stands: the access token of the call
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

/** One value from outside as the trail may keep it. */
export function recordedValue(value: string, secret: string | null): string {
  const mustHide = containsNhsNumber(value) || (secret !== null && value.includes(secret));
  return mustHide ? REDACTED : value.slice(0, LONGEST);
}
