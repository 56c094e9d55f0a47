import { describe, expect, it } from 'vitest';
import { CONFIRMED_FOR_MS, isOverdue, mayConfirm, reviewDueMs } from './access-review.js';

const NOW = Date.parse('2026-11-30T09:00:00Z');
const YEAR = CONFIRMED_FOR_MS;

describe('a role is to be confirmed', () => {
  it.each([
    ['a year after it was given', NOW - YEAR + 1, null, NOW + 1, false],
    ['then, and is overdue from that moment on', NOW - YEAR, null, NOW, true],
    ['a year after it was confirmed', NOW - 3 * YEAR, NOW - YEAR + 1, NOW + 1, false],
    ['again when that year is over', NOW - 3 * YEAR, NOW - YEAR, NOW, true],
    ['at once if nobody knows since when', null, null, null, true],
    ['a year after the confirmation, even then', null, NOW, NOW + YEAR, false],
  ])('%s', (_, grantedAtMs, confirmedAtMs, due, overdue) => {
    const role = { grantedAtMs, confirmedAtMs };
    expect(reviewDueMs(role)).toBe(due);
    expect(isOverdue(role, NOW)).toBe(overdue);
  });
});

describe('a role may be confirmed', () => {
  const holder = { staffId: 'a', email: 'ada@example.org' };
  it.each([
    ['by a colleague', { staffId: 'b', email: 'ben@example.org' }, true],
    ['by a colleague without an address', { staffId: 'b', email: null }, true],
    ['not by the person themselves', { staffId: 'a', email: null }, false],
    ['not by another account of theirs', { staffId: 'b', email: 'Ada@Example.org' }, false],
    ['not by a service', { staffId: null, email: null }, false],
  ])('%s', (_, confirmer, may) => {
    expect(mayConfirm(holder, confirmer)).toBe(may);
  });

  it('of somebody without an address, by any colleague', () => {
    expect(mayConfirm({ staffId: 'a', email: null }, { staffId: 'b', email: null })).toBe(true);
  });
});
