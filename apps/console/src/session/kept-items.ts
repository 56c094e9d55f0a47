/** What a browser keeps for each person, also after they have signed out, and what it must not keep. */

export const HIDDEN_COLUMNS = 'hiddenColumns';
export const COMPACT_KEY = 'lists.compact';
/** React-admin’s own name for the saved filters of a list. */
const SAVED_FILTERS = '.savedQueries';

export const isSavedFilters = (key: string): boolean => key.endsWith(SAVED_FILTERS);
export const isKeptFor = (key: string): boolean =>
  key === COMPACT_KEY || isSavedFilters(key) || key.endsWith(`.${HIDDEN_COLUMNS}`);

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const BETWEEN_DIGITS = /(?<=[0-9])[\s._:+-](?=[0-9])/g;
/** As many digits as an NHS number or a UBRN has, mistyped ones included. */
const IDENTIFIER = /(?<![0-9])([0-9]{10}|[0-9]{12})(?![0-9])/;

/** Whether a text may be, or hold, an NHS number or a UBRN. */
export function mayHoldIdentifier(text: string): boolean {
  return IDENTIFIER.test(text.replace(UUID, '').replace(BETWEEN_DIGITS, ''));
}

/** Whether a filter may be saved: no value may hold an identifier of a patient. An ASID has 12 digits and is none. */
export function isSavable(filter: object): boolean {
  return Object.entries(filter).every(
    ([name, value]) =>
      name === 'asid' || !mayHoldIdentifier(typeof value === 'string' ? value : JSON.stringify(value ?? '')),
  );
}

interface SavedFilter {
  readonly label: string;
  readonly value: { readonly filter?: object };
}

/** Saved filters without those that must not be kept. A name that may hold an identifier is replaced. */
export function savable<F extends SavedFilter>(filters: readonly F[]): F[] {
  return filters
    .filter(({ value }) => isSavable(value.filter ?? {}))
    .map((each, index) => (mayHoldIdentifier(each.label) ? { ...each, label: `Filter ${index + 1}` } : each));
}
