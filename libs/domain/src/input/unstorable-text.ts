/** Text that PostgreSQL does not store: U+0000, and half of a surrogate pair, which is no character in UTF-8. */

/** Why a text can't be stored; null if it can. */
export function unstorableCharacter(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character (U+0000): send it without';
  if (!text.isWellFormed())
    return 'contains half a character (an unpaired surrogate): send the whole character';
  return null;
}

export interface UnstorableText {
  /** The keys that lead to it. The key itself may be what can't be stored. */
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

interface Place {
  readonly value: unknown;
  readonly key: string | number;
  /** Null at the root. */
  readonly parent: Place | null;
}

/** The first text or key of a JSON value that can't be stored; null if there is none. However deep the value is. */
export function unstorableText(json: unknown): UnstorableText | null {
  const places: Place[] = [{ value: json, key: '', parent: null }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const detail = faultOf(place.value);
    if (detail !== null) return { path: pathOf(place), detail };
    for (const [key, value] of membersOf(place.value)) places.push({ value, key, parent: place });
  }
  return null;
}

function faultOf(value: unknown): string | null {
  if (typeof value === 'string') return unstorableCharacter(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fault = Object.keys(value)
    .map(unstorableCharacter)
    .find((detail) => detail !== null);
  return fault === undefined ? null : `a key ${fault}`;
}

function membersOf(value: unknown): [string | number, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? [...value.entries()] : Object.entries(value);
}

function pathOf(place: Place): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at.parent !== null; at = at.parent) path.unshift(at.key);
  return path;
}
