import type { Store } from 'react-admin';
import { expect, it } from 'vitest';
import { personStore } from './person-store.js';

/** As react-admin’s own store is in a browser, which test/browser/first-visit.spec.ts tries. */
function browserStore(): Store {
  const items = new Map<string, unknown>();
  const followers = new Map<string, (item: unknown) => void>();
  return {
    setup: () => undefined,
    teardown: () => undefined,
    getItem: <T>(key: string, initial?: T) => (items.has(key) ? (items.get(key) as T) : initial),
    setItem(key, item) {
      items.set(key, item);
      followers.get(key)?.(item);
    },
    removeItem: (key) => void items.delete(key),
    removeItems: () => undefined,
    reset() {
      items.clear();
    },
    subscribe(key, callback) {
      followers.set(key, callback);
      return () => followers.delete(key);
    },
    listItems: (prefix = '') => Object.fromEntries([...items].filter(([key]) => key.startsWith(prefix))),
  };
}

const value = { filter: { state: 'live' }, perPage: 25 };

it('keeps saved filters for each person over a sign-out, and shows them to nobody else', () => {
  let person: string | null = 'priya';
  const store = personStore(browserStore(), () => person);
  store.setItem('applications.savedQueries', [{ label: 'Live', value }]);
  store.setItem('lists.compact', false);
  store.setItem('audit.listParams', { filter: { code: 'GW_SRO' } });

  store.reset();
  expect(store.getItem('audit.listParams')).toBeUndefined();
  person = null;
  expect(store.getItem('applications.savedQueries', [])).toEqual([]);
  store.setItem('applications.savedQueries', [{ label: 'Of nobody', value }]);
  person = 'omar';
  expect(store.getItem('applications.savedQueries', [])).toEqual([]);
  expect(store.getItem('lists.compact', true)).toBe(true);
  person = 'priya';
  expect(store.getItem('applications.savedQueries')).toEqual([{ label: 'Live', value }]);
  expect(store.getItem('lists.compact', true)).toBe(false);
});

it('tells those who follow an item, and refuses a filter with an identifier', () => {
  const store = personStore(browserStore(), () => 'priya');
  const seen: unknown[] = [];
  const stop = store.subscribe('audit.savedQueries', (each) => seen.push(each));
  const withIdentifier = { label: 'Who', value: { filter: { correlationId: '9434765919' } } };
  store.setItem('audit.savedQueries', [withIdentifier, { label: 'Live', value }]);
  stop();
  store.removeItem('audit.savedQueries');
  expect(seen).toEqual([[{ label: 'Live', value }]]);
  expect(store.getItem('audit.savedQueries')).toBeUndefined();
});
