import { expect, it } from 'vitest';
import { returnUrl } from './return-target.js';

it.each([
  ['https://app.example/in', 'https://app.example/in?code=c&state=s'],
  ['https://app.example', 'https://app.example?code=c&state=s'],
  ['https://app.example/in?a=1%202&b=+', 'https://app.example/in?a=1%202&b=+&code=c&state=s'],
  ['https://app.example/in?', 'https://app.example/in?code=c&state=s'],
  ['https://app.example/in?a&', 'https://app.example/in?a&code=c&state=s'],
])('%s', (target, expected) => {
  expect(returnUrl(target, { code: 'c', state: 's' })).toBe(expected);
});

it('nothing in a state changes the address', () => {
  const state = '&code=other#/../%0d%0a"<é';
  const url = new URL(returnUrl('https://app.example/in', { code: 'c', state }));
  expect([url.origin, url.pathname, url.hash]).toEqual(['https://app.example', '/in', '']);
  expect([...url.searchParams]).toEqual([
    ['code', 'c'],
    ['state', state],
  ]);
});
