import { describe, expect, it } from 'vitest';
import {
  dayAfter,
  daysToRead,
  decidedBefore,
  decideSignatures,
  type Excuse,
  isOver,
  nextLook,
  type UnmatchedSignature,
} from './log-watch.js';

const KEY = 'arn:aws:kms:eu-west-2:000000000001:key/one';
const OTHER = 'arn:aws:kms:eu-west-2:000000000001:key/two';
const AT = Date.parse('2027-01-15T08:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const signature = (requestId: string, more: Partial<UnmatchedSignature> = {}): UnmatchedSignature => ({
  ...{ eventId: `event of ${requestId}`, requestId, key: KEY, atMs: AT },
  ...more,
});
const excuse = (id: string, fromMs: number, toMs: number, key = KEY): Excuse => ({ id, key, fromMs, toMs });
const ids = (signatures: readonly UnmatchedSignature[]) => signatures.map(({ requestId }) => requestId);

describe('a signature without a record', () => {
  it.each<[string, UnmatchedSignature[], Record<string, string>, Excuse[], string[], string[], string[]]>([
    ['has its record by now', [signature('a')], { a: KEY }, [], ['a'], [], []],
    ['has none', [signature('a')], { b: KEY }, [], [], [], ['a']],
    ['has the id of a record of another key', [signature('a')], { a: OTHER }, [], [], [], ['a']],
    ['is excused by a lost answer', [signature('a')], {}, [excuse('x', AT - 5_000, AT)], [], ['x'], []],
    ['within the tolerance', [signature('a')], {}, [excuse('x', AT + 10_000, AT + 11_000)], [], ['x'], []],
    ['not beyond it', [signature('a')], {}, [excuse('x', AT + 10_001, AT + 11_000)], [], [], ['a']],
    ['not by one of another key', [signature('a')], {}, [excuse('x', AT, AT, OTHER)], [], [], ['a']],
    [
      'two, and one lost answer',
      [signature('b', { atMs: AT + 1 }), signature('a')],
      {},
      [excuse('x', AT, AT)],
      [],
      ['x'],
      ['b'],
    ],
    [
      'the lost answer that ended first is used first',
      [signature('a'), signature('b', { atMs: AT + 20_000 })],
      {},
      [excuse('late', AT, AT + 30_000), excuse('soon', AT, AT)],
      [],
      ['soon', 'late'],
      [],
    ],
  ])('%s', (_, signatures, records, excuses, recorded, excused, unrecorded) => {
    const decided = decideSignatures(signatures, new Map(Object.entries(records)), excuses);
    expect(ids(decided.recorded)).toEqual(recorded);
    expect(decided.excused.map((one) => one.excuse)).toEqual(excused);
    expect(ids(decided.unrecorded)).toEqual(unrecorded);
  });

  it('is decided half an hour after it was made, and ten minutes after it was read', () => {
    expect(decidedBefore(AT)).toEqual({ atMs: AT - 30 * MINUTE_MS, seenMs: AT - 10 * MINUTE_MS });
  });
});

describe('signatures that the log should have', () => {
  it.each([
    ['three hours and five minutes later', AT, AT + 3 * HOUR_MS + 5 * MINUTE_MS, AT + 5 * MINUTE_MS],
    ['not before', AT, AT + 3 * HOUR_MS + 5 * MINUTE_MS - 1, null],
    ['an hour at a time', AT, AT + 100 * HOUR_MS, AT + HOUR_MS],
  ])('are looked for %s', (_, lookedUntilMs, nowMs, toMs) => {
    expect(nextLook(lookedUntilMs, nowMs)).toEqual(toMs === null ? null : { fromMs: AT, toMs });
  });
});

describe('the days of the log', () => {
  it.each([
    ['the same day', '2027-01-15', ['2027-01-15']],
    ['over a year', '2026-12-31', 16],
    ['a day that has not begun', '2027-01-16', []],
  ] as const)('are read from the first that may have unread files: %s', (_, first, days) => {
    const read = daysToRead(first, AT);
    if (typeof days === 'number') expect(read).toHaveLength(days);
    else expect(read).toEqual(days);
  });

  it.each([
    ['2027-01-15', false],
    ['2027-01-14', false],
    ['2027-01-13', true],
  ])('%s is over: %s', (day, over) => {
    expect(isOver(day, AT)).toBe(over);
  });

  it('follow each other over the end of a month', () => {
    expect(dayAfter('2027-01-31')).toBe('2027-02-01');
  });
});
