import { describe, expect, it } from 'vitest';
import { liveFilter, newerThan, withRecord } from './live-lines.js';

describe('the lines of a live view', () => {
  const begun = { attemptId: 'a', kind: 'INTENT', organisation: 'R69', outcome: null, status: null };
  const ended = { attemptId: 'a', kind: 'OUTCOME', organisation: null, outcome: 'COMPLETED', status: 200 };

  it('begin with the newest', () => {
    const lines = withRecord(withRecord([], begun), { ...begun, attemptId: 'b' });
    expect(lines.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('say how a request ended in its own line, and keep what was known of it', () => {
    const lines = [begun, { ...begun, attemptId: 'b' }, ended].reduce(withRecord, []);
    expect(lines.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['b', null],
      ['a', 'COMPLETED'],
    ]);
    expect(lines[1]).toMatchObject({ kind: 'INTENT', organisation: 'R69', status: 200 });
  });

  it('are 200 at most', () => {
    const many = Array.from({ length: 250 }, (_, n) => ({ ...begun, attemptId: String(n) }));
    const lines = many.reduce(withRecord, []);
    expect([lines.length, lines[0]?.id]).toEqual([200, '249']);
  });

  it('are counted while they are held back', () => {
    const held = withRecord([], begun);
    expect(newerThan(held, [{ ...begun, attemptId: 'b' }, ended].reduce(withRecord, held))).toBe(1);
  });
});

it.each([
  [
    { last: '1h', organisation: 'R69' },
    { kind: 'REQUEST', organisation: 'R69' },
  ],
  [{ from: 'x', until: 'y', kind: 'SYSTEM' }, { kind: 'SYSTEM' }],
])('%j is followed as %j', (filter, expected) => {
  expect(liveFilter(filter)).toEqual(expected);
});
