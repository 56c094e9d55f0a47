import { describe, expect, it } from 'vitest';
import { holdsNhsNumber, searchTerms } from './search.js';

const NOTHING = {
  odsCode: null,
  namePrefix: null,
  asid: null,
  id: null,
  correlationId: null,
  keyPrefix: null,
  keyEnding: null,
  registeredId: null,
};
const ID = '3F2504E0-4F89-41D3-9A0C-0305E82C3301';

describe('the text of a search', () => {
  it.each([
    ['r69', { odsCode: 'R69', namePrefix: 'r69', registeredId: 'r69' }],
    ['Example NHS', { namePrefix: 'example nhs' }],
    [
      '200000002454',
      {
        asid: '200000002454',
        correlationId: '200000002454',
        namePrefix: '200000002454',
        registeredId: '200000002454',
      },
    ],
    ['2000 0000 2454', { asid: '200000002454', namePrefix: '2000 0000 2454' }],
    ['200\u00a0000 002\t454', { asid: '200000002454', namePrefix: '200\u00a0000 002\t454' }],
    [
      '2000-0000-2454',
      {
        asid: '200000002454',
        correlationId: '2000-0000-2454',
        namePrefix: '2000-0000-2454',
        registeredId: '2000-0000-2454',
      },
    ],
    ["'200000002454", { asid: '200000002454', namePrefix: "'200000002454", registeredId: "'200000002454" }],
    ['2000 0000 245', { namePrefix: '2000 0000 245' }],
    [
      ID,
      {
        id: ID.toLowerCase(),
        correlationId: ID.toLowerCase(),
        namePrefix: ID.toLowerCase(),
        registeredId: ID,
      },
    ],
    ['KKLL', { odsCode: 'KKLL', keyEnding: 'KKLL', namePrefix: 'kkll', registeredId: 'KKLL' }],
    ['r69I…KKLL', { keyEnding: 'KKLL' }],
    ['r69In', { odsCode: 'R69IN', namePrefix: 'r69in', registeredId: 'r69In' }],
    ['r69Int', { odsCode: 'R69INT', keyPrefix: 'r69Int', namePrefix: 'r69int', registeredId: 'r69Int' }],
  ])('%s', (text, terms) => {
    expect(searchTerms(text)).toEqual({ ...NOTHING, ...terms });
  });

  it('compares at most eight characters of an API key, however many are given', () => {
    expect(searchTerms('r69IntKey0123456789abcdefKKLL').keyPrefix).toBe('r69IntKe');
    expect(searchTerms('r69IntKeyX').keyPrefix).toBe('r69IntKe');
  });

  it.each([
    ['9434765919', true],
    ['943 476 5919', true],
    ['943  476  5919', true],
    ['94 34 76 59 19', true],
    ['943-476-5919', true],
    ['patient 9434765919', true],
    ['9434765918', true],
    ['943 476 5918', true],
    ['943476591', false],
    ['patient 9434765918', false],
    ['200000002454', false],
    [ID, false],
  ])('%s contains an NHS number: %s', (text, holds) => {
    expect(holdsNhsNumber(text)).toBe(holds);
  });
});
