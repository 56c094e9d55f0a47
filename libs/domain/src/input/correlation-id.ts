/**
 * A caller's correlation id. Any id of safe characters is accepted, except one that is nothing but ten digits, which
 * is how people write an NHS number. Where an id contains ten digits, whatever their check digit, a keyed hash replaces
 * them in everything that is recorded: no id is refused by chance, and no NHS number is recorded in clear. One
 * that holds a key of Gatehouse, sent in the wrong header, is refused and not recorded.
 */
import { holdsKey } from './opaque-key.js';

/** The characters of an id. One that is nothing but ten digits has them, too, and is rejected all the same. */
export const CORRELATION_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** Alone, or 3-3-4 with a separator. */
const TEN_DIGITS = /^[0-9]{3}[._: -]?[0-9]{3}[._: -]?[0-9]{4}$/;

/** Ids of machines, in which ten digits in a row are chance: UUID, ULID, trace and span ids, longer numbers. */
const OF_MACHINES = [
  /(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])/,
  /(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}(?![0-9A-Za-z])/,
  /(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{24}|[0-9A-Fa-f]{16})(?![0-9A-Za-z])/,
  /[0-9]{11,}/,
].map(({ source }) => source);
const IN_AN_ID = new RegExp(
  `(${OF_MACHINES.join('|')})|(?<![0-9])[0-9]{3}[._:-]?[0-9]{3}[._:-]?[0-9]{4}(?![0-9])`,
  'g',
);

/** What nearly all ids are, and much faster to see than that no other number is in one. */
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

/** `number`: nothing but ten digits. `syntax`: empty, longer than 128, with other than safe characters, or with a key. */
export type CorrelationIdFault = 'number' | 'syntax';

export function correlationIdFault(id: string): CorrelationIdFault | null {
  if (TEN_DIGITS.test(id)) return 'number';
  return CORRELATION_ID.test(id) && !holdsKey(id) ? null : 'syntax';
}

/**
 * The id as it is recorded, logged and searched for.
 * @param hash a keyed hash of the digits, the same for the same digits; called only if there are some to hide
 */
export function recordedCorrelationId(id: string, hash: (digits: string) => string): string {
  if (UUID.test(id)) return id;
  return id.replace(IN_AN_ID, (match: string, ofMachine: string | undefined) =>
    ofMachine === undefined ? `~${hash(match.replaceAll(/[^0-9]/g, ''))}` : match,
  );
}

/** The same, with an asynchronous hash. Nothing is hashed if there is nothing to hide. */
export async function hashNumbersIn(id: string, hash: (digits: string) => Promise<string>): Promise<string> {
  const numbers = new Set<string>();
  recordedCorrelationId(id, (digits) => {
    numbers.add(digits);
    return '';
  });
  const hashes = new Map<string, string>();
  for (const digits of numbers) hashes.set(digits, await hash(digits));
  return recordedCorrelationId(id, (digits) => hashes.get(digits) ?? '');
}
