import { expect, it } from 'vitest';
import { filterInWords } from './filter-words.js';

it('says by what a list is filtered', () => {
  expect(filterInWords({ environment: 'int', organisation: 'R69', health: 'never called' })).toBe(
    'environment int, ODS code R69, health never called',
  );
});
