import { expect, it } from 'vitest';
import { safeReturnTo } from './return-to.js';

it.each([
  ['/organisations/R69', '/organisations/R69'],
  ['/#/audit?page=2', '/#/audit?page=2'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['\\/evil.example', '/'],
  ['/ok\r\nSet-Cookie: a=b', '/'],
  ['/\tevil', '/'],
  ['javascript:alert(1)', '/'],
  ['', '/'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
  [`/${'a'.repeat(600)}`, '/'],
])('%j goes to %s', (asked, expected) => {
  expect(safeReturnTo(asked)).toBe(expected);
});
