/** Reads of JSON that somebody else has written, where anything may be missing. */
import type { Json } from '../input/strict-json.js';

/** The members of an array; none if it isn't one. */
export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The value at a path of members and indexes; undefined if there is none. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string | number, Json>)[key];
  }
  return current;
}
