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

/** A header that came several times is kept once, its values joined as HTTP allows. */
export function recordedHeaders(
  pairs: Iterable<readonly [name: string, value: string]>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (!LISTED.has(name)) continue;
    const before = kept[name];
    kept[name] = redacted(name, before === undefined ? value : `${before}, ${value}`);
  }
  return kept;
}

function redacted(name: string, value: string): string {
  if (name === 'authorization') return `Bearer ${REDACTED}`;
  return containsNhsNumber(value) ? REDACTED : value.slice(0, LONGEST);
}
