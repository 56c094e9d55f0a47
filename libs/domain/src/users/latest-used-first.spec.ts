import { expect, it } from 'vitest';
import { latestUsedFirst } from './latest-used-first.js';

it.each<[string, string[], string[], number, string[]]>([
  ['keeps the order where nothing was used', ['a', 'b', 'c'], [], 10, ['a', 'b', 'c']],
  ['puts the latest used first', ['a', 'b', 'c'], ['c', 'b'], 10, ['c', 'b', 'a']],
  ['leaves out what the user can no longer reach', ['a', 'b'], ['x', 'b'], 10, ['b', 'a']],
  ['names each once', ['a', 'b', 'a'], ['b', 'b'], 10, ['b', 'a']],
  ['stops at the most', ['a', 'b', 'c'], ['c'], 2, ['c', 'a']],
])('%s', (_, applicationIds, lastUsed, most, expected) => {
  expect(latestUsedFirst(applicationIds, lastUsed, most)).toEqual(expected);
});
