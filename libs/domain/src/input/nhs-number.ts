/**
 * NHS numbers: ten digits with a modulus 11 check (weights 10 to 2; 11 counts as 0, 10 is invalid).
 * Source: identity-service-api scripts/nhs_number_utils.py; NHS data dictionary.
 */
const UUID = /[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}/g;

/** Exactly ten digits, or 3-3-4 with one separator each, not touching another letter or digit. */
const CANDIDATE = /(?<![0-9A-Za-z])([0-9]{3})[ ._:+-]?([0-9]{3})[ ._:+-]?([0-9]{4})(?![0-9A-Za-z])/g;

/** What every candidate holds. Nearly all texts don't, and this is much faster to see than that they have none. */
const TEN_DIGITS = /[0-9]{3}[ ._:+-]?[0-9]{3}[ ._:+-]?[0-9]{4}/;

const CANDIDATE_OR_UUID = new RegExp(`${CANDIDATE.source}|${UUID.source}`, 'g');

const DIGITS = 10;

export function isNhsNumber(digits: string): boolean {
  if (!/^[0-9]{10}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 9; index += 1) sum += Number(digits[index]) * (10 - index);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(digits[9]);
}

/**
 * Whether a text contains what reads as an NHS number. UUIDs are exempt, and 12-digit UBRNs can't match.
 * The text is searched as it is and with its percent-escapes decoded, so that no spelling hides a number.
 */
export function containsNhsNumber(text: string): boolean {
  return isNumberWithin(text) || (text.includes('%') && isNumberWithin(decodeLoosely(text)));
}

function isNumberWithin(text: string): boolean {
  if (text.length < DIGITS || !TEN_DIGITS.test(text)) return false;
  const withoutUuids = text.replace(UUID, '~');
  for (const match of withoutUuids.matchAll(CANDIDATE)) {
    if (isNhsNumber(`${match[1]}${match[2]}${match[3]}`)) return true;
  }
  return false;
}

/** Decodes escapes of ASCII characters until nothing changes. Others stay, since the text is only searched. */
function decodeLoosely(text: string): string {
  let current = text;
  for (let round = 0; round < 3; round += 1) {
    const next = current.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    );
    if (next === current) break;
    current = next;
  }
  return current;
}

/** The text with every NHS number in it hidden, for records and logs. */
export function withoutNhsNumbers(text: string): string {
  if (!containsNhsNumber(text)) return text;
  const plain = decodeLoosely(text);
  const hidden = plain.replace(CANDIDATE_OR_UUID, (match: string, ...parts: readonly string[]) =>
    parts[0] !== undefined && isNhsNumber(parts.slice(0, 3).join('')) ? '[NHS number]' : match,
  );
  return containsNhsNumber(hidden) ? '[NHS number]' : hidden;
}
