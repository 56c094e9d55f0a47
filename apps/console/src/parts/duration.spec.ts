import { expect, it } from 'vitest';
import { duration } from './duration.js';

it.each([
  [0, '0 ms'],
  [12, '12 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [1_540, '1.5 s'],
  [61_250, '61.3 s'],
  [60_000, '60 s'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});
