import type { AuditEvent, AuditValue } from '@gatehouse/domain/audit/audit';
import { canonicalJson } from '@gatehouse/domain/audit/canonical-json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOfSubjects, EMPTY_CHAIN, encodeRecord, link, recordAt } from './chain.js';

const WRITER = '00000000-0000-4000-8000-000000000001';

describe('the canonical form of a record', () => {
  it('is the same after a record is read back, whatever its sequence number', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((each) => each.isWellFormed() && !each.includes('\0'));
    const { value } = fc.letrec<{ value: AuditValue }>((tie) => ({
      value: fc.oneof(
        text,
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(text, value, { maxKeys: 5 }), fc.nat(), (facts, seq) => {
        const event: AuditEvent = {
          kind: 'SYSTEM',
          event: 'E',
          attemptId: 'a',
          startedAtMs: 1,
          atMs: 1,
          facts,
        };
        const canonical = recordAt(encodeRecord(event, WRITER, null), seq);
        const parsed = JSON.parse(canonical) as AuditValue;
        expect(canonicalJson(parsed)).toBe(canonical);
        expect(parsed).toMatchObject({ seq, writer: WRITER, kind: 'SYSTEM' });
      }),
    );
  });
});

describe('the chain', () => {
  it('has the hashes of the example in docs/audit.md', () => {
    const keyId = '00000000-0000-4000-8000-00000000000b';
    const first: AuditEvent = {
      kind: 'SYSTEM',
      event: 'KEY_STATE',
      attemptId: '00000000-0000-4000-8000-00000000000a',
      startedAtMs: 1795305600000,
      atMs: 1795305600001,
      facts: { é: '€ "q" \\ \n\u0001', a: [true, null, -7], B: {} },
    };
    const second: AuditEvent = {
      ...first,
      attemptId: '00000000-0000-4000-8000-00000000000c',
      startedAtMs: 1795305600002,
      atMs: 1795305600002,
      facts: {},
    };
    const one = link(EMPTY_CHAIN.hash, recordAt(encodeRecord(first, WRITER, null), 1));
    expect(one.toString('hex')).toBe('9fd956491d1346557b37ed9115ef3fb7e721d9313615309d243e707422ca162f');
    const two = link(one, recordAt(encodeRecord(second, WRITER, null), 2));
    expect(two.toString('hex')).toBe('c5be4dbf4d91b1018db41c5206c63b3966b5898f9e832122400f3b50b029cec6');
    const sealed = Buffer.of(1, 2);
    const subject = {
      odsCode: 'R69',
      kind: 'nhs-number',
      keyId,
      hash: Buffer.alloc(32, 0x33),
      sealed,
    } as const;
    const other = { ...subject, hash: Buffer.alloc(32, 0x44) };
    expect(digestOfSubjects([])).toBeNull();
    expect(digestOfSubjects([subject])).toBe(digestOfSubjects([{ ...subject }]));
    expect(digestOfSubjects([subject, other])).toBe(digestOfSubjects([other, subject]));
    expect(digestOfSubjects([subject])).not.toBe(digestOfSubjects([{ ...subject, sealed: Buffer.of(1, 3) }]));
  });
});
