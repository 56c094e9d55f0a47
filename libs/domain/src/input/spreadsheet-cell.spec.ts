import { describe, expect, it } from 'vitest';
import { cellFault, type CellKind, describeSecret } from './spreadsheet-cell.js';

const TWELVE: CellKind = { digits: 12 };
const EVERY_KIND: CellKind[] = [TWELVE, 'code', 'secret', 'name', 'issued', 'word'];

describe('what a spreadsheet writes in place of a value is a fault in every column', () => {
  it.each([
    '#N/A',
    '#REF!',
    '#NAME?',
    '#VALUE!',
    '#DIV/0!',
    '#NUM!',
    '#NULL!',
    '#SPILL!',
    '#CALC!',
    '#GETTING_DATA',
    '#FIELD!',
    '#BLOCKED!',
    '#ERROR!',
    '#NV',
    '#BEZUG!',
    '#ÜBERLAUF!',
    '#¡REF!',
    '#¿NOMBRE?',
    '#VALEUR!',
    '#ССЫЛКА!',
    '#ref!',
    '#n/a',
    '#n/d',
    '#REF!#REF!',
    'Sheet1!#REF!',
    '#BUSY!',
    '#PYTHON!',
    '#####',
    '#',
    'Err:502',
    'Loading...',
  ])('%s', (text) => {
    for (const kind of EVERY_KIND) expect(cellFault(kind, text)).toMatch(/in place of a value/);
  });

  it.each(['1.23457E+31', '2.00000002454E+11', '2,00000002454E+11', '2E+11', '1.5e-7', '1.00E5'])(
    '%s',
    (text) => {
      for (const kind of EVERY_KIND) expect(cellFault(kind, text)).toMatch(/digits were lost/);
    },
  );

  it.each(['="200000009001"', '=A1', '@SUM(A1)'])('%s', (text) => {
    for (const kind of EVERY_KIND) expect(cellFault(kind, text)).toMatch(/formula/);
  });

  it.each(['a\u200b', 'a\u00a0b', 'a\tb'])('%j', (text) => {
    for (const kind of EVERY_KIND) expect(cellFault(kind, text)).toMatch(/at position 2/);
  });
});

describe('twelve digits, as spreadsheets and people write them', () => {
  it.each([
    ['200,000,009,001', /thousands/],
    ['200.000.009.001', /thousands/],
    ['200’000’009’001', /thousands/],
    ['200000009002.0', /with decimals/],
    ['200000009002,00', /with decimals/],
    ["'200000009003", /apostrophe/],
    ['’200000009003', /apostrophe/],
    ['`200000009003', /apostrophe/],
    ['2E11', /digits were lost/],
    ['200000009002.', /with decimals/],
    ['200,000,009,001.00', /thousands/],
    ['2,00,00,00,09,001', /thousands/],
    ['200 000 009 001', /thousands/],
    ['2000–0000–9005', /spaces or hyphens/],
    ['2000 0000 9005', /spaces or hyphens.*12 digits alone/],
    ['2000-0000-9005', /spaces or hyphens/],
    ['101', /has 3 digits and must have 12; a spreadsheet drops zeros/],
    ['2000000090011', /exactly 12 digits/],
    ['20000000900O', /exactly 12 digits/],
    ['２０００００００９００１', /other characters than its 12 digits/],
    ['"200000009001"', /other characters than its 12 digits/],
    ['200_000_009_001', /other characters than its 12 digits/],
    ['ASID 200000009001', /other characters than its 12 digits/],
    ['٢٠٠٠٠٠٠٠٩٠٠١', /other characters than its 12 digits: write the digits alone, as 0 to 9/],
  ])('%s', (text, fault) => {
    expect(cellFault(TWELVE, text)).toMatch(fault);
  });

  it.each(['200000009001', '000000000101', ''])('%j is accepted', (text) => {
    expect(cellFault(TWELVE, text)).toBeNull();
  });
});

describe('codes', () => {
  it.each([
    ['01-Mar', /date/],
    ['1-Sep-26', /date/],
    ['Mar-01', /date/],
    ['01/03/2026', /date/],
    ['2026-03-01', /date/],
    ['01/03/2026 00:00', /date/],
    ['r69', /capital letters/],
    ['TRUE', /placeholder/],
    ['0', /placeholder/],
    ['NULL', /placeholder/],
    ["'R69", /apostrophe/],
    ['R69.0', /with decimals/],
    ['12345,00', /with decimals/],
    ['12,345', /thousands/],
    ['R 69', /spaces or hyphens/],
    ['R-69', /spaces or hyphens/],
  ])('%s', (text, fault) => {
    expect(cellFault('code', text)).toMatch(fault);
  });

  it.each(['R69', 'D82106', '1E5', 'X26', '8HK48'])('%s is accepted', (text) => {
    expect(cellFault('code', text)).toBeNull();
  });
});

describe('secrets', () => {
  it.each([
    ['demo…ider', /masked form/],
    ['••••••••', /masked form/],
    ['********', /masked form/],
    ["'abcdefgh12345678", /apostrophe/],
    ['200000009001', /slipped/],
    ['0', /placeholder/],
    ['FALSE', /placeholder/],
    ['n/a', /placeholder/],
    ['TBC', /placeholder/],
    ['(blank)', /placeholder/],
    ['-', /placeholder/],
  ])('%s', (text, fault) => {
    expect(cellFault('secret', text)).toMatch(fault);
  });

  it.each(['abcdefgh12345678abcdefgh12345678', '12345678901234567890123456789012', 'aB3-_*.~'])(
    '%s is right',
    (text) => {
      expect(cellFault('secret', text)).toBeNull();
    },
  );

  it('no fault repeats a secret', () => {
    for (const text of ['demo…ider', "'abcdefgh12345678", 'abc\u200bdef', '1.23457E+31'])
      expect(cellFault('secret', text)).not.toContain(text.slice(0, 4));
  });

  it.each([
    ['abc', '3 characters: letters'],
    ['a', '1 character: letters'],
    ['abcdefgh12345678abcdefgh12345678', '32 characters: letters and digits'],
    ['#N/A', '4 characters: letters and punctuation'],
    ['aB1-', '4 characters: letters, digits and punctuation'],
    ['1.23457E+31', '11 characters: letters, digits and punctuation'],
  ])('%s is described as %s', (secret, description) => {
    expect(describeSecret(secret)).toBe(description);
  });
});

it('what looks like a secret is a fault in every other column', () => {
  for (const kind of EVERY_KIND.filter((other) => other !== 'secret' && other !== 'issued'))
    expect(cellFault(kind, 'abcdefgh12345678abcdefgh12345678')).toMatch(/slipped/);
});

describe('identifiers that another system issued', () => {
  it.each(['0', 'FALSE', 'n/a', 'TBC', '-'])('%s', (text) => {
    expect(cellFault('issued', text)).toMatch(/placeholder/);
  });

  it.each([
    '5f2c0b9e-2a51-4c8e-9a0f-0c7c1f6f8f10',
    'abcdefgh12345678abcdefgh12345678',
    '328183617639.apps.nhs',
  ])('%s is right', (text) => {
    expect(cellFault('issued', text)).toBeNull();
  });
});

describe('names', () => {
  it.each([
    ['0', /placeholder/],
    ['TRUE', /placeholder/],
    ['N/A', /placeholder/],
    ["'=SUM of all", /apostrophe/],
  ])('%s', (text, fault) => {
    expect(cellFault('name', text)).toMatch(fault);
  });

  it.each(['Example Hospitals NHS Trust', '’s Example', 'St. Mary’s (A&E)', 'Ward 1-Mar', 'No. 1 Practice'])(
    '%s is right',
    (text) => {
      expect(cellFault('name', text)).toBeNull();
    },
  );
});
