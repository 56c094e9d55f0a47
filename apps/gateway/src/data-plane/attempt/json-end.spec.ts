import { expect, it } from 'vitest';
import { isJson, isWholeJson, JsonEnd } from './json-end.js';

it.each([
  ['application/json', true],
  ['application/fhir+json', true],
  ['application/fhir+json;charset=UTF-8', true],
  ['Application/JSON ; x=y', true],
  ['application/pdf', false],
  ['text/plain', false],
])('%s is JSON: %s', (type, expected) => {
  expect(isJson([['content-type', type]])).toBe(expected);
});

it('an answer without a type is not taken for JSON', () => {
  expect(isJson([])).toBe(false);
});

it.each([
  ['{}', true],
  ['[{"a":["}","\\"]","\\\\"]}]', true],
  ['{"a":{}', false],
  ['{"a":"}', false],
  ['{"a":"\\"}', false],
  ['[{"a":1]', false],
])('%s is whole: %s, parsed or followed', (text, expected) => {
  const end = new JsonEnd();
  end.add(Buffer.from(text));
  expect([isWholeJson(Buffer.from(text)), end.isWhole()]).toEqual([expected, expected]);
});

it('nothing at all is no document', () => {
  expect(isWholeJson(Buffer.alloc(0))).toBe(false);
});
