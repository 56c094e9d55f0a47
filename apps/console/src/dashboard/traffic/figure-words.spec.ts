import { describe, expect, it } from 'vitest';
import {
  comparedRates,
  comparedShares,
  comparedTimes,
  rateWords,
  shareWords,
  spanWords,
} from './figure-words.js';

it.each([
  [0, '0%'],
  [0.0123, '1.2%'],
  [1, '100%'],
])('the part %d is %s', (part, words) => {
  expect(shareWords(part)).toBe(words);
});

it.each([
  [0, '0 an hour'],
  [0.25, '0.3 an hour'],
  [51.4, '51 an hour'],
  [1_234, '1,234 an hour'],
  [73_800, '20.5 a second'],
])('%d requests an hour are %s', (perHour, words) => {
  expect(rateWords(perHour)).toBe(words);
});

describe('compared with last week', () => {
  it.each([
    [12, 9, '3 ms more than last week'],
    [9, 12, '3 ms less than last week'],
    [12, 12, 'the same as last week'],
    [4_000, 1_500, '2.5 s more than last week'],
    [12, undefined, ''],
  ])('%d ms and %s ms are: %s', (ms, before, words) => {
    expect(comparedTimes(ms, before)).toBe(words);
  });

  it.each([
    [0.016, 0.012, '0.4 percentage points more than last week'],
    [0.02, 0.03, '1 percentage point less than last week'],
    [0.01, 0.010_000_1, 'the same as last week'],
    [0.01, null, ''],
    [0.01, undefined, ''],
  ])('the parts %d and %s are: %s', (part, before, words) => {
    expect(comparedShares(part, before)).toBe(words);
  });

  it.each([
    [54, 51, '3 an hour more than last week'],
    [50, 50.5, '0.5 an hour less than last week'],
    [50, 50, 'the same as last week'],
    [50, 50.01, 'the same as last week'],
    [50, undefined, ''],
  ])('%d and %s requests an hour are: %s', (perHour, before, words) => {
    expect(comparedRates(perHour, before)).toBe(words);
  });
});

it.each([
  [24, '24 hours'],
  [168, '7 days'],
  [720, '30 days'],
])('%d hours are called %s', (hours, words) => {
  expect(spanWords(hours)).toBe(words);
});
