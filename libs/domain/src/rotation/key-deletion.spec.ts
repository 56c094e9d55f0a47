import { describe, expect, it } from 'vitest';
import { type EndingKey, endStepOf, listDue, refusalOfDeletion } from './key-deletion.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20);
const KEY: EndingKey = {
  ...{ state: 'REMOVED', isOwnerRetired: false, retiredAtMs: NOW - 50 * HOUR },
  ...{ removedAtMs: NOW - 26 * HOUR, disabledAtMs: NOW - 25 * HOUR },
  ...{ deletionList: null, deletesAtMs: null, deletionScheduledAtMs: null },
};
const retired = { isOwnerRetired: true };
const approved = { deletionList: '2026-11' };
const begun = { deletesAtMs: NOW + 30 * 24 * HOUR };

describe('the step that a key needs', () => {
  it.each<[string, Partial<EndingKey>, ReturnType<typeof endStepOf>]>([
    ['a key that signs', { state: 'ACTIVE' }, null],
    ['one of a retired owner', { state: 'ACTIVE', ...retired }, 'retire'],
    ['a standby', { state: 'PUBLISHED' }, null],
    ['a standby of a retired owner', { state: 'PUBLISHED', ...retired }, 'remove'],
    ['a new key of a retired owner', { state: 'PENDING', ...retired }, 'remove'],
    ['a retiring key', { state: 'RETIRING' }, null],
    [
      'one of a retired owner, within a day',
      { state: 'RETIRING', ...retired, retiredAtMs: NOW - HOUR },
      null,
    ],
    [
      'one of a retired owner, after a day',
      { state: 'RETIRING', ...retired, retiredAtMs: NOW - 24 * HOUR },
      'remove',
    ],
    ['a key removed just now', { disabledAtMs: null, removedAtMs: NOW - 1_000 }, null],
    ['a key removed an hour ago', { disabledAtMs: null, removedAtMs: NOW - HOUR }, 'disable'],
    ['a disabled key', {}, null],
    ['one whose deletion is approved', approved, 'schedule'],
    ['one whose run died before or after KMS was called', { ...approved, ...begun }, 'schedule'],
    ['one whose deletion is scheduled', { ...approved, ...begun, deletionScheduledAtMs: NOW }, null],
    ['one whose deletion is cancelled', { ...begun, deletionScheduledAtMs: NOW }, 'cancel'],
    ['one cancelled while KMS was called', begun, 'cancel'],
  ])('%s', (_, key, step) => {
    expect(endStepOf({ ...KEY, ...key }, NOW)).toBe(step);
  });
});

it.each([
  ['a disabled key', false, 'Disabled', null],
  ['a key whose deletion is pending', false, 'PendingDeletion', null],
  ['a key that KMS has deleted', false, 'Gone', null],
  ['a key that is still served', true, 'Disabled', 'JWKS'],
  ['a key that was enabled again', false, 'Enabled', 'enabled'],
  ['a key in a state that nobody foresaw', false, 'Unavailable', 'Unavailable'],
])('before the deletion of %s', (_, isServed, kmsState, words) => {
  const refusal = refusalOfDeletion({ isServed, kmsState });
  if (words === null) expect(refusal).toBeNull();
  else expect(refusal).toContain(words);
});

it.each([
  ['the first', null, NOW, '2026-11'],
  ['a second in the same month', '2026-11', NOW, null],
  ['the next month', '2026-11', Date.UTC(2026, 11, 1), '2026-12'],
  ['after a standstill of three months', '2026-08', NOW, '2026-11'],
  ['with a clock that was set back', '2026-12', NOW, null],
])('the list that is due: %s', (_, newest, nowMs, month) => {
  expect(listDue(newest, nowMs)).toBe(month);
});
