import { expect, it } from 'vitest';
import { CONFIRMED_FOR_MS } from '../staff/access-review.js';
import { accessReviewNotices } from './access-review-notices.js';

const NOW = Date.parse('2026-11-30T23:30:00Z');
const old = { grantedAtMs: NOW - CONFIRMED_FOR_MS, confirmedAtMs: null };
const fresh = { grantedAtMs: NOW, confirmedAtMs: null };

it.each([
  [[], []],
  [[fresh], []],
  [[old, fresh], ['A role has not been confirmed for a year']],
  [[old, old, fresh], ['2 roles have not been confirmed for a year']],
])('of these roles there are the notices %j', (roles, titles) => {
  expect(accessReviewNotices(roles, NOW).map(({ title }) => title)).toEqual(titles);
});

it('is written once a month, of London', () => {
  const keys = [NOW, NOW + 3_600_000].map((ms) => accessReviewNotices([old], ms)[0]?.onceKey);
  expect(keys).toEqual(['access-review 2026-11', 'access-review 2026-12']);
});
