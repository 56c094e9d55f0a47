import { expect, it } from 'vitest';
import { age, day, duration, exactMoment, londonDate, moment, shortDay, shortMoment } from './dates.js';

const NOW = '2026-03-02T09:00:00.000Z';

it.each([
  ['2026-03-02T09:00:05.000Z', 'just now'],
  ['2026-03-02T08:59:01.000Z', 'just now'],
  ['2026-03-02T08:59:00.000Z', '1 minute ago'],
  ['2026-03-02T08:00:01.000Z', '59 minutes ago'],
  ['2026-03-02T08:00:00.000Z', '1 hour ago'],
  ['2026-03-01T09:00:00.000Z', 'yesterday'],
  ['2026-02-20T09:00:00.000Z', '10 days ago'],
])('%s is %s', (instant, words) => {
  expect(age(instant, Date.parse(NOW))).toBe(words);
});

it.each([
  [day, '2026-11-28', '28 November 2026'],
  [day, '2026-06-30T23:00:00.000Z', '1 July 2026'],
  [moment, '2026-11-28T12:03:04.567Z', '28 November 2026, 12:03'],
  [moment, '2026-06-30T23:00:00.000Z', '1 July 2026, 00:00'],
  [shortDay, '2026-11-28', '28 Nov 2026'],
  [shortDay, '2026-06-30T23:00:00.000Z', '1 Jul 2026'],
  [shortMoment, '2026-11-28T12:03:04.567Z', '28 Nov 2026, 12:03:04'],
  [shortMoment, '2026-06-30T23:00:00.000Z', '1 Jul 2026, 00:00:00'],
  [exactMoment, '2026-11-28T12:03:04.567Z', '28 Nov 2026, 12:03:04.567 GMT'],
  [exactMoment, '2026-06-30T23:00:00.000Z', '1 Jul 2026, 00:00:00.000 BST'],
])('%o of %s is “%s”', (write, value, words) => {
  expect(write(value)).toBe(words);
});

it.each([[day], [moment], [shortDay], [shortMoment]])('%o of nothing is a dash', (write) => {
  expect(write(null)).toBe('–');
});

it.each([
  ['2026-03-31T22:59:59.999Z', '2026-03-31'],
  ['2026-03-31T23:00:00.000Z', '2026-04-01'],
  ['2026-12-31T23:59:59.999Z', '2026-12-31'],
])('%s is the day %s in London', (instant, date) => {
  expect(londonDate(Date.parse(instant))).toBe(date);
});

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
