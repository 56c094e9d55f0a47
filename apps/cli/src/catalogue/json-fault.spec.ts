import { expect, it } from 'vitest';
import { jsonFaultAt } from './json-fault.js';

it.each<[string, number]>([
  ['', 0],
  ['{"a": }', 6],
  ['{"a" 1}', 5],
  ['{"a": 1,}', 8],
  ['{a: 1}', 1],
  ['[1, 2', 5],
  ['[1, 2}', 5],
  ['[1,]', 3],
  ['{"a": [1, {"b": "c\nd"}]}', 16],
  ['{} {}', 3],
  ['{"a": tru}', 6],
  [`${'['.repeat(100_000)}x`, 100_000],
])('%#', (text, expected) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(jsonFaultAt(text)).toBe(expected);
});

it('finds no fault within what is JSON', () => {
  const text = JSON.stringify(
    { a: [1, -2.5e10, true, false, null, '\n"\\é', {}, []], b: { c: [] } },
    null,
    2,
  );
  expect(jsonFaultAt(text)).toBe(text.length);
});
