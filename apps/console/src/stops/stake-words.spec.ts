import { expect, it } from 'vitest';
import { stakesInWords } from './stake-words.js';

it.each([
  [undefined, 'Counting the requests of the last 7 days …'],
  [{ requests: 0, isWhole: true }, 'No request in the last 7 days would have been rejected.'],
  [{ requests: 0, isWhole: false }, 'None of the newest requests would have been rejected.'],
  [{ requests: 1, isWhole: true }, '1 request in the last 7 days would have been rejected.'],
  [{ requests: 4120, isWhole: true }, '4,120 requests in the last 7 days would have been rejected.'],
  [{ requests: 412, isWhole: false }, 'At least 412 requests in the last 7 days would have been rejected.'],
])('%j is “%s”', (stakes, words) => {
  expect(stakesInWords(stakes)).toBe(words);
});
