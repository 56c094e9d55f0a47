import { expect, it } from 'vitest';
import { offeredFor } from './offered.js';

const of = (...values: string[]) => values.map((value) => ({ value, label: '' }));

it.each([
  ['a single value', 'in', false, ['int', 'prod']],
  ['a comma in a single value', 'a, b', false, ['int', 'prod']],
  ['the first of a list', 'in', true, ['int', 'prod']],
  ['the next of a list', 'int, p', true, ['int, prod']],
  ['a list that is complete', 'int, prod,', true, []],
])('%s', (_what, typed, isList, offered) => {
  expect(offeredFor(of('int', 'prod', 'int'), typed, isList).map(({ value }) => value)).toEqual(offered);
});
