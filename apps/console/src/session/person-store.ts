/**
 * React-admin’s store in the browser. Choices of columns and rows, and saved filters, belong to the person signed in: they
 * outlast their session, and nobody else sees them in the console.
 */
import type { Store } from 'react-admin';
import { isKeptFor, isSavedFilters, savable } from './kept-items.js';

const PEOPLE = 'person.';

/** @param person the id of the person signed in; null: nobody is, and nothing of anybody is read or written */
export function personStore(store: Store, person: () => string | null): Store {
  const keyOf = (key: string): string | null => {
    if (!isKeptFor(key)) return key;
    const id = person();
    return id === null ? null : `${PEOPLE}${encodeURIComponent(id)}.${key}`;
  };
  return {
    ...store,
    getItem(key, initial) {
      const own = keyOf(key);
      return own === null ? initial : store.getItem(own, initial);
    },
    setItem(key, value) {
      const own = keyOf(key);
      if (own !== null)
        store.setItem(own, isSavedFilters(key) && Array.isArray(value) ? savable(value) : value);
    },
    removeItem(key) {
      const own = keyOf(key);
      if (own !== null) store.removeItem(own);
    },
    subscribe(key, callback) {
      const own = keyOf(key);
      return own === null ? () => undefined : store.subscribe(own, callback);
    },
    /** React-admin does this when somebody signs out. */
    reset() {
      const kept = store.listItems?.(PEOPLE) ?? {};
      store.reset();
      for (const [key, value] of Object.entries(kept)) store.setItem(key, value);
    },
  };
}
