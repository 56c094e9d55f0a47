/** For whom a user may act at e-RS: the answer of A040 (docs/reference/protocol-facts.md §2, §11). */
import { at, list } from '../ers/json-path.js';
import type { Json } from '../input/strict-json.js';

export interface ActedFor {
  /** 12 digits. */
  readonly userId: string;
  /** As e-RS writes it; null where it names nobody. */
  readonly name: string | null;
}

const USER_ID = /^[0-9]{12}$/;

/** The people in an answer of A040, each once. */
export function peopleIn(answer: Json): ActedFor[] {
  const people = new Map<string, ActedFor>();
  for (const entry of list(at(answer, 'entry'))) {
    const practitioner = at(entry, 'resource');
    const userId = list(at(practitioner, 'identifier'))
      .map((identifier) => at(identifier, 'value'))
      .find((value): value is string => typeof value === 'string' && USER_ID.test(value));
    if (userId !== undefined) people.set(userId, { userId, name: nameIn(practitioner) });
  }
  return [...people.values()];
}

function nameIn(practitioner: Json | undefined): string | null {
  const name = at(practitioner, 'name', 0);
  const text = at(name, 'text');
  if (typeof text === 'string' && text.trim() !== '') return text.trim();
  const parts = [...list(at(name, 'prefix')), ...list(at(name, 'given')), at(name, 'family')];
  const words = parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' ');
  return words === '' ? null : words;
}
