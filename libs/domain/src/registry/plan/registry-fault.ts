import { looksLikeSecret } from '../../input/spreadsheet-cell.js';
import { nameKey } from '../../input/visible-text.js';

/** What is wrong with a registry file, each fault with its place. */
export interface RegistryFault {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string;
  readonly detail: string;
  /** The organisations of another application that `detail` names: not everybody may know of it. */
  readonly names?: readonly string[];
}

/** Entries of one list that must differ in something. */
export interface Unique<E> {
  /** JSON pointer of the list. */
  readonly list: string;
  /** The field to point at. */
  readonly field: string;
  /** Null: the entry can't repeat another. */
  readonly keyOf: (entry: E) => string | null;
  /** `first`: JSON pointer of the entry that has the key already. */
  readonly detail?: (first: string) => string;
}

/** A fault for the second and each later entry with the same key. */
export function repeatFaults<E>(
  entries: readonly E[],
  { list, field, keyOf, detail = (first) => `this is already at ${first}` }: Unique<E>,
): RegistryFault[] {
  const firsts = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const key = keyOf(entry);
    const first = key === null ? undefined : firsts.get(key);
    if (key !== null && first === undefined) firsts.set(key, index);
    if (first === undefined) return [];
    return [{ pointer: `${list}/${index}/${field}`, detail: detail(`${list}/${first}`) }];
  });
}

/**
 * A fault for each record whose key another record has already, one that is not in the file.
 * @param faultOf what to say of the record that has it
 */
export function takenFaults<R>(
  records: readonly R[],
  others: readonly R[],
  { list, field, keyOf }: Pick<Unique<R>, 'list' | 'field' | 'keyOf'>,
  faultOf: (owner: R) => Omit<RegistryFault, 'pointer'>,
): RegistryFault[] {
  const owners = new Map(others.map((record) => [keyOf(record), record]));
  return records.flatMap((record, index) => {
    const key = keyOf(record);
    const owner = key === null ? undefined : owners.get(key);
    return owner === undefined ? [] : [{ pointer: `${list}/${index}/${field}`, ...faultOf(owner) }];
  });
}

/** An API key in the place of a name is not repeated. */
export function unknownName(what: string, name: string): string {
  return looksLikeSecret(name)
    ? `there is no ${what} of this name, which looks like a secret: is it in the wrong place?`
    : `there is no ${what} ${name}`;
}

/** A fault for each name that is unknown, or that is in the list twice. */
export function nameFaults(
  pointer: string,
  names: readonly string[],
  known: { has(name: string): boolean },
  what: string,
): RegistryFault[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    const place = `${pointer}/${index}`;
    if (!known.has(name)) return [{ pointer: place, detail: unknownName(what, name) }];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ pointer: place, detail: `${name} is in this list twice` }];
  });
}

/** A record with a name that people read, and the key that tells it from others. */
export interface Named {
  readonly key: string;
  readonly name: string;
}

/**
 * A fault for each new or changed name that people would take for another one, in the registry or earlier in the file.
 * @param list JSON pointer of the list
 */
export function lookAlikeFaults(
  list: string,
  what: string,
  entries: readonly Named[],
  current: readonly Named[],
): RegistryFault[] {
  const others = new Map<string, Named[]>();
  const add = (named: Named) => {
    const readAs = nameKey(named.name);
    others.set(readAs, [...(others.get(readAs) ?? []), named]);
  };
  const names = new Map(current.map(({ key, name }) => [key, name]));
  current.forEach(add);
  return entries.flatMap((entry, index) => {
    if (names.get(entry.key) === entry.name) return [];
    const other = others
      .get(nameKey(entry.name))
      ?.find(({ key, name }) => key !== entry.key && name !== entry.name);
    add(entry);
    if (other === undefined) return [];
    const detail = `this differs only in case, spacing or look-alike letters from the ${what} "${other.name}": use that name, or another one`;
    return [{ pointer: `${list}/${index}/name`, detail }];
  });
}
