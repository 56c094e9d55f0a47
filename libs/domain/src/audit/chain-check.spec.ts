import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuditValue } from './audit.js';
import { canonicalOfStored } from './canonical-json.js';
import {
  type CHAIN_FAULTS,
  checkRecords,
  faultOfCovered,
  faultOfHead,
  isPassDue,
  type KnownRange,
  type Link,
  PASS_EVERY_MS,
  type Position,
  START,
  type StoredRecord,
} from './chain-check.js';

const WRITER = '00000000-0000-4000-8000-000000000001';
const link: Link = (previous, text) =>
  createHash('sha256').update(Buffer.from(previous, 'hex')).update(text, 'utf8').digest('hex');

type Fields = Readonly<Record<string, AuditValue>>;

/** A chain of five sound records. */
function chain(facts: (seq: number) => Fields = () => ({})): StoredRecord[] {
  let prevHash = START.hash;
  return [1, 2, 3, 4, 5].map((seq) => {
    const record = { seq, writer: WRITER, ...facts(seq) };
    const hash = link(prevHash, canonicalOfStored(record));
    const flags = { fitsRow: true, isSecondOutcome: false, wasAnother: false };
    const stored = { seq, prevHash, hash, record, subjectsDigest: null, ...flags };
    prevHash = hash;
    return stored;
  });
}

const SOUND = chain();
const at = (seq: number, records = SOUND): StoredRecord => {
  const record = records[seq - 1];
  if (record === undefined) throw new Error(`there is no record ${String(seq)}`);
  return record;
};
const position = (seq: number, records = SOUND): Position =>
  seq === 0 ? START : { seq, hash: at(seq, records).hash };
const changed = (seq: number, changes: Partial<StoredRecord>, records = SOUND): StoredRecord[] =>
  records.map((record) => (record.seq === seq ? { ...record, ...changes } : record));
const without = (seq: number): StoredRecord[] => SOUND.filter((record) => record.seq !== seq);
/** A forger may hash a record again. */
const rehashed = (seq: number, fields: Fields): Partial<StoredRecord> => {
  const record = { ...at(seq).record, ...fields };
  return { record, hash: link(at(seq).prevHash, canonicalOfStored(record)) };
};

const check = (records: readonly StoredRecord[], from = 0, head = position(5), isAll = true) =>
  checkRecords({ writer: WRITER, from: position(from), head }, records, isAll, link);

describe('a chain', () => {
  it('that is sound has no fault, from its first record or from one that is verified', () => {
    expect(check(SOUND)).toEqual({ to: position(5), fault: null });
    expect(check(SOUND.slice(2), 3)).toEqual({ to: position(5), fault: null });
    expect(check(SOUND.slice(4), 5)).toEqual({ to: position(5), fault: null });
  });

  it('of which a page was read is verified up to the end of the page', () => {
    expect(check(SOUND.slice(0, 2), 0, position(5), false)).toEqual({ to: position(2), fault: null });
  });

  const numbered = chain((seq) => ({ n: seq }));
  const content = (seq: number, from: number): Partial<StoredRecord> => ({
    record: { ...at(from, numbered).record, seq },
  });
  const swapped = changed(2, content(2, 3), changed(3, content(3, 2), numbered));
  it.each<[string, readonly StoredRecord[], from: number, seq: number, fault: keyof typeof CHAIN_FAULTS]>([
    ['an edited record', changed(3, { record: { ...at(3).record, code: 'x' } }), 0, 3, 'hash'],
    ['a record that was edited and hashed anew', changed(3, rehashed(3, { code: 'x' })), 0, 4, 'predecessor'],
    ['two records that changed places', swapped, 0, 2, 'hash'],
    [
      'a number that is not a safe integer',
      changed(3, { record: { ...at(3).record, n: 0.5 } }),
      0,
      3,
      'form',
    ],
    ['a deleted record', without(3), 0, 3, 'missing'],
    ['a deleted first record', without(1), 0, 1, 'missing'],
    ['a deleted last record', without(5), 0, 5, 'missing'],
    ['a record twice', [...SOUND.slice(0, 3), at(3), ...SOUND.slice(3)], 0, 4, 'missing'],
    ['a first record that follows another', changed(1, { prevHash: at(5).hash }), 0, 1, 'predecessor'],
    ['a record that follows another', changed(4, { prevHash: at(1).hash }), 0, 4, 'predecessor'],
    ['a record of another chain', changed(5, rehashed(5, { writer: 'x' })), 0, 5, 'place'],
    ['a record with another number', changed(5, rehashed(5, { seq: 9 })), 0, 5, 'place'],
    ['a row whose columns say something else', changed(5, { fitsRow: false }), 0, 5, 'place'],
    ['subjects that the record does not cover', changed(2, { subjectsDigest: 'ab' }), 0, 2, 'subjects'],
    ['a second OUTCOME', changed(2, { isSecondOutcome: true }), 0, 2, 'second outcome'],
    ['a record where another one was verified before', changed(4, { wasAnother: true }), 0, 4, 'replaced'],
    [
      'another record in the place of the last verified one',
      changed(3, { hash: at(1).hash }).slice(2),
      3,
      3,
      'replaced',
    ],
    ['no record in the place of the last verified one', SOUND.slice(3), 3, 3, 'missing'],
    ['nothing from the last verified record on', [], 3, 3, 'missing'],
    ['nothing at all', [], 0, 1, 'missing'],
  ])('with %s', (_, records, from, seq, kind) => {
    const checked = check(records, from);
    expect(checked.fault).toEqual({ seq, kind });
    expect(checked.to.seq).toBe(Math.max(from, seq - 1));
  });

  it('whose head has another hash', () => {
    const head = { seq: 5, hash: START.hash };
    expect(check(SOUND, 0, head).fault).toEqual({ seq: 5, kind: 'head' });
    expect(check(SOUND.slice(4), 5, head).fault).toEqual({ seq: 5, kind: 'head' });
  });

  it('with subjects that the record covers has no fault', () => {
    const records = chain((seq) => (seq === 2 ? { subjectsDigest: 'ab' } : {}));
    const stored = changed(2, { subjectsDigest: 'ab' }, records);
    expect(check(stored, 0, position(5, records)).fault).toBeNull();
    expect(check(records, 0, position(5, records)).fault).toEqual({ seq: 2, kind: 'subjects' });
  });

  it('in which an NHS number took the place of the text that hides one', () => {
    const records = chain((seq) => ({ facts: { note: seq === 3 ? '[NHS number]' : '' } }));
    const edited = changed(
      3,
      { record: { ...at(3, records).record, facts: { note: '943 476 5919' } } },
      records,
    );
    expect(check(records, 0, position(5, records)).fault).toBeNull();
    expect(check(edited, 0, position(5, records)).fault).toEqual({ seq: 3, kind: 'hash' });
  });
});

it.each<[string, furthestSeq: number, head: Position | null, expected: ReturnType<typeof faultOfHead>]>([
  ['stands where it was verified', 3, position(3), null],
  ['has grown', 3, position(5), null],
  ['is new', 0, position(1), null],
  ['was cut', 5, position(2), { seq: 3, kind: 'cut' }],
  ['is gone', 5, null, { seq: 5, kind: 'gone' }],
])('a chain that %s', (_, furthestSeq, head, expected) => {
  expect(faultOfHead({ furthestSeq, head })).toEqual(expected);
});

it.each<[string, Position | null, string | null, ReturnType<typeof faultOfCovered>]>([
  ['is there', position(5), at(3).hash, null],
  ['is the last one', position(3), at(3).hash, null],
  ['is another', position(5), at(2).hash, { seq: 3, kind: 'checkpoint' }],
  ['is missing', position(5), null, { seq: 3, kind: 'missing' }],
  ['lies beyond the end', position(2), null, { seq: 3, kind: 'behind checkpoint' }],
  ['was of a chain that is gone', null, null, { seq: 3, kind: 'gone' }],
])('a record that a checkpoint covers and that %s', (_, head, hash, expected) => {
  expect(faultOfCovered(position(3), head, hash)).toEqual(expected);
});

it.each([
  [null, true],
  [0, true],
  [1, false],
  [PASS_EVERY_MS, false],
])('the whole trail, last verified at %s, is to be verified anew after a week: %s', (begunAtMs, expected) => {
  expect(isPassDue(begunAtMs, PASS_EVERY_MS)).toBe(expected);
});

describe('a chain of which records have left the database', () => {
  /** Of records 2 and 3, or others. */
  const range = (changes: Partial<KnownRange> = {}): KnownRange => ({
    ...{ writer: WRITER, fromSeq: 2, toSeq: 3, prevHash: position(1).hash, hash: position(3).hash },
    ...{ isBound: true, ...changes },
  });
  const left = (...seqs: readonly number[]) => SOUND.filter(({ seq }) => !seqs.includes(seq));
  const checkWith = (
    records: readonly StoredRecord[],
    removed: readonly KnownRange[],
    { from = position(0), isAll = true } = {},
  ) => checkRecords({ writer: WRITER, from, head: position(5) }, records, isAll, link, removed);
  const start = range({ fromSeq: 1, prevHash: START.hash });
  const end = range({ fromSeq: 4, toSeq: 5, prevHash: position(3).hash, hash: position(5).hash });

  it.each<[string, readonly StoredRecord[], readonly KnownRange[], Position | undefined]>([
    ['goes on after them', left(2, 3), [range()], undefined],
    ['may begin with them', left(1, 2, 3), [start], undefined],
    ['may end with them', left(4, 5), [end], undefined],
    ['may have nothing else', [], [start, end], undefined],
    ['is followed from the last verified record among them', left(1, 2, 3), [range()], position(2)],
    ['is followed from the last of them', left(1, 2, 3), [range()], position(3)],
  ])('%s', (_, records, removed, from) => {
    expect(checkWith(records, removed, from === undefined ? {} : { from })).toEqual({
      ...{ to: position(5), fault: null },
    });
  });

  it('is read up to the end of a page, and not beyond', () => {
    expect(checkWith(left(2, 3, 4, 5), [range()], { isAll: false })).toEqual({
      to: position(1),
      fault: null,
    });
  });

  const other = 'ab'.repeat(32);
  it.each<[string, readonly StoredRecord[], readonly KnownRange[], number, keyof typeof CHAIN_FAULTS]>([
    ['without saying so', left(2, 3), [], 2, 'missing'],
    ['more of them than it says', left(2, 3, 4), [range()], 4, 'missing'],
    ['more at its end than it says', left(3, 4, 5), [end], 3, 'missing'],
    ['and no archive has them', left(2, 3), [range({ isBound: false })], 2, 'removed'],
    ['after another record', left(2, 3), [range({ prevHash: other })], 2, 'predecessor'],
    ['before another record', left(2, 3), [range({ hash: other })], 4, 'predecessor'],
    ['at its end, with another hash', left(4, 5), [range({ ...end, hash: other })], 5, 'head'],
  ])('%s, has a fault', (_, records, removed, seq, kind) => {
    expect(checkWith(records, removed).fault).toEqual({ seq, kind });
  });

  it.each<[string, KnownRange, number, keyof typeof CHAIN_FAULTS]>([
    ['was another one', range({ hash: other }), 3, 'replaced'],
    ['is in no archive', range({ isBound: false }), 2, 'removed'],
  ])('has a fault if its last verified record %s', (_, removed, seq, kind) => {
    expect(checkWith(left(1, 2, 3), [removed], { from: position(3) }).fault).toEqual({ seq, kind });
  });
});
