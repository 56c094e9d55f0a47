import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalOfStored } from '../canonical-json.js';
import { type Link, START } from '../chain-check.js';
import { archiveLine, type ArchivedRecord, endOfLines } from './archive-lines.js';

const WRITER = '00000000-0000-4000-8000-000000000001';
const link: Link = (previous, text) =>
  createHash('sha256').update(Buffer.from(previous, 'hex')).update(text, 'utf8').digest('hex');
const digest = (subjects: readonly { readonly sealed: string }[]): string | null =>
  subjects.length === 0 ? null : subjects.map(({ sealed }) => sealed).join();
const SUBJECT = { odsCode: 'R69', kind: 'ubrn', keyId: 'k', hash: 'aa', sealed: 'c2VhbGVk' };

/** Five sound records, the third with a sealed identifier. */
const RECORDS = [1, 2, 3, 4, 5].reduce<ArchivedRecord[]>((before, seq) => {
  const prevHash = before.at(-1)?.hash ?? START.hash;
  const record = { seq, writer: WRITER, ...(seq === 3 ? { subjectsDigest: SUBJECT.sealed } : {}) };
  const subjects = seq === 3 ? { subjects: [SUBJECT] } : {};
  const hash = link(prevHash, canonicalOfStored(record));
  return [...before, { writer: WRITER, seq, prevHash, hash, record, ...subjects }];
}, []);
const end = (records: readonly ArchivedRecord[], after = START, toSeq = 5): string =>
  endOfLines(records.map(archiveLine), { writer: WRITER, after, toSeq }, { link, digest });
const changed = (at: number, changes: Partial<ArchivedRecord>): ArchivedRecord[] =>
  RECORDS.map((record) => (record.seq === at ? { ...record, ...changes } : record));
const without = (at: number): ArchivedRecord[] => RECORDS.filter(({ seq }) => seq !== at);

describe('lines of an archive', () => {
  it('are the records of a chain as they were written', () => {
    const third = RECORDS[2] as ArchivedRecord;
    expect(end(RECORDS)).toBe(RECORDS[4]?.hash);
    expect(end(RECORDS.slice(3), { seq: 3, hash: third.hash })).toBe(RECORDS[4]?.hash);
  });

  it.each<[string, readonly ArchivedRecord[], string]>([
    ['a record is missing', without(2), 'at record 2: the record is missing'],
    ['the last record is missing', without(5), 'at record 5: the record is missing'],
    ['there is none', [], 'at record 1: the record is missing'],
    ['a record is there twice', [...RECORDS, ...RECORDS.slice(4)], 'at record 6: the record is missing'],
    [
      'a record was changed',
      changed(4, { record: { seq: 4, writer: WRITER, kind: 'SYSTEM' } }),
      'at record 4: its hash does not match its content',
    ],
    [
      'a record does not follow',
      changed(4, { prevHash: START.hash }),
      'at record 4: its previous hash is not',
    ],
    ['a line names another chain', changed(2, { writer: 'other' }), 'at record 2: it names another chain'],
    [
      'an identifier is missing',
      changed(3, { subjects: [] }),
      'at record 3: its patient identifiers are not',
    ],
    [
      'an identifier was changed',
      changed(3, { subjects: [{ ...SUBJECT, sealed: 'b3RoZXI=' }] }),
      'at record 3: its patient identifiers are not',
    ],
    ['an identifier was added', changed(4, { subjects: [SUBJECT] }), 'at record 4: its patient identifiers'],
  ])('are refused if %s', (_, records, fault) => {
    expect(() => end(records)).toThrow(fault);
  });

  it('are refused if they do not follow the record before them', () => {
    expect(() => end(RECORDS.slice(3), { seq: 3, hash: START.hash })).toThrow('its previous hash is not');
    expect(() => end(RECORDS, START, 6)).toThrow('at record 6: the record is missing');
  });
});
