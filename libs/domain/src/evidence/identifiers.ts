/**
 * What people write as a reason may hold a number that stands for a patient. An evidence pack leaves Gatehouse, so such
 * numbers are hidden in it, although the admin API rejects NHS numbers in reasons anyway.
 */
import { withoutNhsNumbers } from '../input/nhs-number.js';

/** A UBRN has 12 digits, and so have an ASID and a Spine user id. The last part of a UUID can be 12 digits, too. */
const UUID_OR_TWELVE_DIGITS =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9A-Za-z])(?:[0-9]{12}|[0-9]{4}[ -][0-9]{4}[ -][0-9]{4})(?![0-9A-Za-z])/gi;

/** @param known numbers of 12 digits that stand for no patient: ASIDs and Spine user ids */
export function withoutIdentifiers(text: string, known: ReadonlySet<string>): string {
  return withoutNhsNumbers(text).replace(UUID_OR_TWELVE_DIGITS, (match) =>
    match.length > 14 || known.has(match.replaceAll(/[ -]/g, '')) ? match : '[12-digit number]',
  );
}

/** The same in every text of a value, at any depth. */
export function withoutIdentifiersIn<T>(value: T, known: ReadonlySet<string>): T {
  if (typeof value === 'string') return withoutIdentifiers(value, known) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutIdentifiersIn(item, known)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutIdentifiersIn(inner as unknown, known)]),
  ) as T;
}
