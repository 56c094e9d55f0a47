import { expect, it } from 'vitest';
import { doesFormerSign, formerSecretUntil } from './webhook-secret.js';

const REPLACED_MS = Date.parse('2026-11-29T08:00:00Z');
const UNTIL_MS = Date.parse('2026-11-30T08:00:00Z');

it.each([
  ['as soon as it was replaced', UNTIL_MS, REPLACED_MS, true],
  ['until its last millisecond', UNTIL_MS, UNTIL_MS - 1, true],
  ['no longer after 24 hours', UNTIL_MS, UNTIL_MS, false],
  ['not where there is none', null, REPLACED_MS, false],
])('a former secret signs %s', (_, untilMs, nowMs, expected) => {
  expect(doesFormerSign(untilMs, nowMs)).toBe(expected);
  expect(formerSecretUntil(REPLACED_MS)).toBe(UNTIL_MS);
});
