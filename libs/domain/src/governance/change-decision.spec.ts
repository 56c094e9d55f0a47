import { describe, expect, it } from 'vitest';
import { decisionRefusal, isUndo, type RequestedChange, UNDO_STOP_MS } from './change-decision.js';

describe('who may decide', () => {
  const requested: RequestedChange = {
    requestedByStaff: 'priya',
    requestedByEmail: 'priya@example.org',
    state: 'pending',
    expiresAtMs: 1_000,
    odsCodes: ['R69'],
    deciders: [['platform-engineer', 'governance-officer']],
  };
  const gita = {
    staffId: 'gita',
    email: 'gita@example.org',
    roles: [{ role: 'governance-officer', odsCodes: null }],
    scopes: null,
  } as const;
  const elsewhere = [{ role: 'governance-officer', odsCodes: ['RCD'] }] as const;
  const auditor = [{ role: 'auditor', odsCodes: null }] as const;
  const governanceOnly = [...requested.deciders, ['governance-officer'] as const];
  const engineer = [{ role: 'platform-engineer', odsCodes: null }] as const;

  it.each([
    ['another person with the role', requested, gita, 0, null],
    ['another account of theirs', requested, { ...gita, email: 'Priya@Example.org' }, 0, 'same-person'],
    ['somebody without an address', requested, { ...gita, email: null }, 0, null],
    ['the one who asked', requested, { ...gita, staffId: 'priya' }, 0, 'same-person'],
    [
      'a token that belongs to nobody',
      requested,
      { staffId: null, email: null, roles: null, scopes: ['registry'] },
      0,
      'not-a-person',
    ],
    ['a personal token', requested, { ...gita, scopes: ['governance'] }, 0, 'role'],
    ['an auditor', requested, { ...gita, roles: auditor }, 0, 'role'],
    ['an officer of other organisations', requested, { ...gita, roles: elsewhere }, 0, 'role'],
    [
      'one role where two are needed',
      { ...requested, deciders: governanceOnly },
      { ...gita, roles: engineer },
      0,
      'role',
    ],
    ['too late', requested, gita, 1_000, 'expired'],
    ['a second time', { ...requested, state: 'approved' }, gita, 0, 'not-pending'],
    ['on the request of a service', { ...requested, requestedByStaff: null }, gita, 0, null],
  ] as const)('%s', (_name, of, by, nowMs, expected) => {
    expect(decisionRefusal(of, by, nowMs)).toBe(expected);
  });
});

describe('who may lift a stop alone', () => {
  const stop = { stoppedByStaff: 'priya', stoppedAtMs: 0 };
  it.each([
    ['whoever made it, at once', stop, 'priya', UNDO_STOP_MS - 1, true],
    ['later on', stop, 'priya', UNDO_STOP_MS, false],
    ['somebody else', stop, 'gita', 0, false],
    ['a service', { ...stop, stoppedByStaff: null }, null, 0, false],
  ] as const)('%s: %#', (_name, of, staffId, nowMs, expected) => {
    expect(isUndo(of, { staffId }, nowMs)).toBe(expected);
  });
});
