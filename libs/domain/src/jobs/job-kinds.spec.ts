import { describe, expect, it } from 'vitest';
import { causeText, isJobName, isOverdue, JOB_KINDS, JOB_NAMES } from './job-kinds.js';

const MINUTE_MS = 60_000;

describe('kinds of jobs', () => {
  it.each(JOB_NAMES)('%s has limits, and words for the people who see it fail', (name) => {
    const { purpose, waits, everyMs, timeLimitMs, attempts, backOffMs, concurrency } = JOB_KINDS[name];
    for (const text of [purpose, waits]) expect(text).toMatch(/^[A-Z].*\.$/);
    // Without a schedule: when it is requested.
    if (everyMs !== null) expect(everyMs).toBeGreaterThan(0);
    for (const limit of [timeLimitMs, attempts, backOffMs, concurrency]) expect(limit).toBeGreaterThan(0);
  });

  it.each(['audit-partitions', 'toString', '__proto__', 'unheard-of'])('%s is one or is not', (name) => {
    expect(isJobName(name)).toBe(name === 'audit-partitions');
  });
});

describe('a scheduled job is overdue', () => {
  it.each([
    ['of a minute: after six', MINUTE_MS, 6 * MINUTE_MS, false],
    ['of a minute: and not before', MINUTE_MS, 6 * MINUTE_MS + 1, true],
    ['of an hour: after two', 60 * MINUTE_MS, 120 * MINUTE_MS, false],
    ['of an hour: and not before', 60 * MINUTE_MS, 120 * MINUTE_MS + 1, true],
    ['never, without a schedule', null, 1e12, false],
  ])('%s', (_, everyMs, ageMs, expected) => {
    expect(isOverdue({ everyMs }, 1_000, 1_000 + ageMs)).toBe(expected);
  });
});

describe('the cause of a failure', () => {
  it.each([
    ['Error', 'connection lost', 'connection lost'],
    ['RangeError', 'too\n  far', 'RangeError: too far'],
    ['TypeError', '', 'TypeError'],
    ['Error', 'patient 943 476 5919 and 9434765919', 'patient [number] and [number]'],
    ['Error', 'UBRN 0000-5000-0123', 'UBRN [number]'],
    ['Error', 'code 42501 after 3 of 5', 'code 42501 after 3 of 5'],
    ['Error', `key gh_int_abcdefABCDEF_${'k9'.repeat(24)}x refused`, 'key [secret] refused'],
    ['Error', `hash ${'0f'.repeat(32)}`, 'hash [secret]'],
    ['Error', 'token eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiIxIn0.c2ln', 'token [secret]'],
    ['Error', '550 <nobody@trust.example> is unknown', '550 <[address]> is unknown'],
    ['Error', 'owner 3f0f1f66-8d4e-4e21-9a53-1e0f5a0b8b11', 'owner 3f0f1f66-8d4e-4e21-9a53-1e0f5a0b8b11'],
    ['Error', 'key int-20261129-AbCdEfGhIjKl is unusable', 'key int-20261129-AbCdEfGhIjKl is unusable'],
  ])('%s, %j: %j', (name, message, expected) => {
    expect(causeText(name, message)).toBe(expected);
  });

  it('is short', () => {
    expect(causeText('Error', 'word '.repeat(10_000))).toHaveLength(300);
  });
});
