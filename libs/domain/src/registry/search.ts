/** What a search text may stand for. One text can be several things, and each is searched for. */
import { containsNhsNumber } from '../input/nhs-number.js';

/** No more of an API key than this is compared: with more, the rest could be guessed character by character. */
const KEY_COMPARED = 8;
const KEY_SHORTEST = 6;
const NHS_NUMBER_DIGITS = 10;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Null where the text can't be such a thing. */
export interface SearchTerms {
  readonly odsCode: string | null;
  /** In lower case. */
  readonly namePrefix: string | null;
  /** 12 digits, which may as well be the CIS2 user id of a healthcare worker. */
  readonly asid: string | null;
  /** Of an application or an attempt, in lower case. */
  readonly id: string | null;
  readonly correlationId: string | null;
  /** The first six to eight characters of an API key, even if the text is longer. */
  readonly keyPrefix: string | null;
  /** The last four, alone or as in a masked key (`r69I…KKLL`). */
  readonly keyEnding: string | null;
  /** The key id of a signing key, or the id under which a client is registered with CIS2. */
  readonly registeredId: string | null;
}

export function searchTerms(text: string): SearchTerms {
  const fits = (pattern: RegExp) => (pattern.test(text) ? text : null);
  const id = fits(UUID)?.toLowerCase() ?? null;
  // People group the digits, and spreadsheets put an apostrophe before them.
  const digits = text.replaceAll(/[\s'’-]/gu, '');
  const asid = /^[0-9]{12}$/.test(digits) ? digits : null;
  const masked = text.includes('…');
  const key = id === null && asid === null && !masked ? fits(/^[\x21-\x7e]+$/) : null;
  return {
    odsCode: fits(/^[A-Za-z0-9]{1,10}$/)?.toUpperCase() ?? null,
    namePrefix: masked ? null : text.toLowerCase(),
    asid,
    id,
    correlationId: id ?? fits(/^(?=.*[0-9])[A-Za-z0-9._:-]{8,128}$/),
    keyPrefix: key !== null && key.length >= KEY_SHORTEST ? key.slice(0, KEY_COMPARED) : null,
    registeredId: fits(/^[\x21-\x7e]{3,}$/),
    keyEnding: /^(?:[\x21-\x7e]{0,4}…)?([\x21-\x7e]{4})$/.exec(text)?.[1] ?? null,
  };
}

/**
 * Whether a text contains an NHS number, however it is spaced, or is one with a mistyped digit: nothing that can be
 * searched for is ten digits. Such a text must not become part of a URL.
 */
export function holdsNhsNumber(text: string): boolean {
  const onlyDigits = /^[0-9\s.,_:+-]+$/.test(text) ? text.replace(/[^0-9]/g, '') : '';
  return containsNhsNumber(text) || onlyDigits.length === NHS_NUMBER_DIGITS;
}
