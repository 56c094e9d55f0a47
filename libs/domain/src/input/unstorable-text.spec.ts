import { describe, expect, it } from 'vitest';
import { unstorableText } from './unstorable-text.js';

describe('text that PostgreSQL does not store', () => {
  it.each([
    ['a NUL', 'a\0', [], 'NUL'],
    ['a high surrogate alone', 'a\ud800', [], 'half a character'],
    ['a low surrogate alone', '\udfffa', [], 'half a character'],
    ['the halves in the wrong order', '\udc00\ud800', [], 'half a character'],
    ['within an array', ['a', ['\0']], [1, 0], 'NUL'],
    ['within an object', { a: { b: '\ud800' } }, ['a', 'b'], 'half a character'],
    ['as a key', { a: { 'b\ud800': 1 } }, ['a'], 'a key contains half a character'],
  ])('%s', (_, json, path, detail) => {
    expect(unstorableText(json)).toEqual({ path, detail: expect.stringContaining(detail) as string });
  });

  it.each([
    ['a whole character', '\ud83d\ude80'],
    ['no text', [1, null, true, {}]],
    ['nothing', undefined],
  ])('is not %s', (_, json) => {
    expect(unstorableText(json)).toBeNull();
  });

  it('is found at any depth', () => {
    const deep = '['.repeat(5_000) + '"\\u0000"' + ']'.repeat(5_000);
    expect(unstorableText(JSON.parse(deep))?.path).toHaveLength(5_000);
  });
});
