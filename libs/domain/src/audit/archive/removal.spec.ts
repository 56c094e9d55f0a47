import { describe, expect, it } from 'vitest';
import { conditionsOf, partitionsOf, rangeLines, type RemovalFacts } from './removal.js';

const FACTS: RemovalFacts = {
  keepOnline: { months: 1, people: 2 },
  ...{ hasPartition: true, isArchived: true, placesWithout: [], unarchived: null, neededBy: null },
  ...{ uncovered: null, streamsBehind: [], oldestOpenMs: null, unswept: null },
};
const DUE = Date.UTC(2026, 11, 1);
const record = { writer: 'w', seq: 7 };

const unmet = (facts: Partial<RemovalFacts>, nowMs = DUE): string[] =>
  conditionsOf('2026-10', nowMs, { ...FACTS, ...facts }).flatMap(({ isMet, text }) => (isMet ? [] : [text]));

describe('a month', () => {
  it('may leave the database when its time is over and everything holds', () => {
    expect(unmet({})).toEqual([]);
  });

  it.each<[string, Partial<RemovalFacts>, RegExp]>([
    ['nobody has set a time', { keepOnline: null }, /always/],
    ['it stays always', { keepOnline: { months: null, people: 2 } }, /always/],
    ['one person has set it', { keepOnline: { months: 1, people: 1 } }, /one person alone/],
    ['its time was made longer', { keepOnline: { months: 2, people: 2 } }, /ends on 2027-01-01/],
    ['its records lie with others', { hasPartition: false }, /tables of their own/],
    ['it has a record that came later', { unarchived: record }, /Record 7 of chain w was written later/],
    ['the next archive needs it', { neededBy: '2026-11' }, /2026-11 is not made yet/],
    ['a place has not got it', { placesWithout: ['file:///a'] }, /not in file:\/\/\/a/],
    ['no checkpoint covers it', { uncovered: record }, /No checkpoint covers record 7/],
    ['a collector is behind', { streamsBehind: ['https://c'] }, /https:\/\/c has not taken/],
    ['an attempt is open', { oldestOpenMs: Date.UTC(2026, 9, 31) }, /began at 2026-10-31/],
    ['a chain is not swept', { unswept: 'w' }, /chain w is gone/],
  ])('stays while %s', (_, facts, text) => {
    expect(unmet(facts)).toEqual([expect.stringMatching(text)]);
  });

  it('stays until the last millisecond of its time', () => {
    expect(unmet({}, DUE - 1)).toEqual([expect.stringMatching(/ends on 2026-12-01/)]);
  });

  it('may leave while an attempt of a later month is open', () => {
    expect(unmet({ oldestOpenMs: Date.UTC(2026, 10, 1) })).toEqual([]);
  });

  it('that is not archived says so twice', () => {
    expect(unmet({ isArchived: false })).toEqual(['It is not archived.', 'No place has an archive of it.']);
  });
});

it('has partitions named by its digits', () => {
  expect(partitionsOf('2026-09')).toEqual({ event: 'event_202609', subject: 'subject_202609' });
});

it('has its stretches in one order', () => {
  const range = (writer: string, fromSeq: number) => ({
    ...{ writer, fromSeq, toSeq: fromSeq + 1, prevHash: 'a', hash: 'b' },
  });
  expect(rangeLines([range('b', 1), range('a', 10), range('a', 9)])).toBe(
    'a 9 10 a b\na 10 11 a b\nb 1 2 a b\n',
  );
});
