import { expect, it } from 'vitest';
import { maskApiKey } from './masking.js';

it.each([
  ['abcdefghijklmnopqrstuvwxyz123456', 'abcd…3456'],
  ['abcdefghijklmnop', 'abcd…mnop'],
  ['abcdefghijklmno', '••••••••'],
  ['', '••••••••'],
])('shows %j as %j', (key, shown) => {
  expect(maskApiKey(key)).toBe(shown);
});
