import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutNhsNumbers } from '../input/nhs-number.js';
import type { AuditValue } from './audit.js';
import { canonicalJson, canonicalMembers, type Members } from './canonical-json.js';

describe('the canonical form', () => {
  it.each<[string, AuditValue, string]>([
    [
      'sorts members by code unit',
      { b: 1, a: 2, B: 3, é: 4, '\u{1F600}': 5, '\uFFFD': 6 },
      '{"B":3,"a":2,"b":1,"é":4,"\u{1F600}":5,"\uFFFD":6}',
    ],
    ['writes no whitespace', { a: [1, { b: null }, true] }, '{"a":[1,{"b":null},true]}'],
    ['escapes what RFC 8785 escapes', '"\\\b\t\n\f\r\u0001/€', '"\\"\\\\\\b\\t\\n\\f\\r\\u0001/€"'],
    ['writes zero without a sign', -0, '0'],
    ['keeps the order of lists', ['b', 'a'], '["b","a"]'],
    ['writes safe integers in full', 9007199254740991, '9007199254740991'],
  ])('%s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('hides an NHS number that is the whole text', () => {
    expect(canonicalJson('9434765919')).toBe('"[NHS number]"');
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ a: undefined, b: 1 } as unknown as AuditValue)).toBe('{"b":1}');
  });

  it.each<[string, unknown]>([
    ['a fraction', 0.5],
    ['an integer that is not safe', 2 ** 53],
    ['NaN', Number.NaN],
    ['NUL', 'a\0'],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['a bigint', 1n],
    ['undefined in a list', [undefined]],
    ['a function', () => 1],
  ])('can’t express %s', (_, value) => {
    expect(() => canonicalJson(value as AuditValue)).toThrow(TypeError);
  });
});

/** The canonical form in its plainest words: nothing is remembered, and no text takes a short cut. */
function plainly(value: AuditValue): string {
  if (typeof value === 'string') return JSON.stringify(withoutNhsNumbers(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value === 0 ? 0 : value);
  if (Array.isArray(value)) return `[${(value as AuditValue[]).map(plainly).join(',')}]`;
  const members = Object.entries(value as Record<string, AuditValue>).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${plainly(name)}:${plainly(member)}`).join(',')}}`;
}

function deeplyFrozen<T extends AuditValue>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deeplyFrozen);
  return Object.freeze(value);
}

const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 }),
    fc.uuid(),
    fc.stringMatching(/^[a-z]{0,2}[0-9]{9,12}[ -]?$/),
    fc.constantFrom('9434765919', '943 476 5919', '943%34765919', '"9434765919"', 'x-943.476.5919%22'),
  )
  .filter((each) => each.isWellFormed() && !each.includes('\0'));
const { value } = fc.letrec<{ value: AuditValue }>((tie) => ({
  value: fc.oneof(
    text,
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

describe('what is remembered', () => {
  it('changes no text, whether it is written for the first time or again, frozen or not', () => {
    fc.assert(
      fc.property(value, (each) => {
        const expected = plainly(each);
        expect([canonicalJson(each), canonicalJson(each)]).toEqual([expected, expected]);
        const frozen = deeplyFrozen(each);
        expect([canonicalJson(frozen), canonicalJson(frozen)]).toEqual([expected, expected]);
      }),
      { numRuns: 500 },
    );
  });

  it('is nothing whose members can still change', () => {
    const member = { step: 'grant', ok: true };
    const steps = Object.freeze([member]);
    expect(canonicalJson(steps)).toBe('[{"ok":true,"step":"grant"}]');
    member.ok = false;
    expect(canonicalJson(steps)).toBe('[{"ok":false,"step":"grant"}]');
  });

  it('tells objects apart whose names only read alike', () => {
    expect(canonicalJson({ 'b,a': 1, c: 2 })).toBe('{"b,a":1,"c":2}');
    expect(canonicalJson({ b: 1, 'a,c': 2 })).toBe('{"a,c":2,"b":1}');
  });
});

it('the members around a name are the object without that name', () => {
  fc.assert(
    fc.property(fc.dictionary(text, value, { maxKeys: 6 }), text, (fields, name) => {
      const { [name]: _, ...rest } = fields as Members;
      const { before, after } = canonicalMembers(fields, name);
      expect(`{${[before, after].filter(Boolean).join(',')}}`).toBe(canonicalJson(rest as AuditValue));
    }),
  );
});
