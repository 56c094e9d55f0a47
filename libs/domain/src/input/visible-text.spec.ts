import { describe, expect, it } from 'vitest';
import { nameKey, unseenCharacter } from './visible-text.js';

describe('invisible characters', () => {
  it.each([
    ['ReferWell\u200b', /a zero-width space \(U\+200B\) at position 10/],
    ['Refer\u00a0Well', /a no-break space \(U\+00A0\) at position 6/],
    ['Refer\u00adWell', /a soft hyphen \(U\+00AD\) at position 6/],
    ['\u202eSam', /a right-to-left override \(U\+202E\) at position 1/],
    ['Sam\u2066Owner', /can’t be seen \(U\+2066\) at position 4/],
    ['Sam\u2028Owner', /a line separator/],
    ['Sam\u2003Owner', /can’t be seen \(U\+2003\)/],
    ['Sam\tOwner', /a tab \(U\+0009\)/],
    ['Sam\u0007', /a control character \(U\+0007\)/],
    ['😀\u200b', /position 2/],
    ['Sam\ufe0f', /can’t be seen \(U\+FE0F\) at position 4/],
    ['Sam\u034fOwner', /U\+034F/],
    ['Sam\u115fOwner', /U\+115F/],
    ['Sam\u3164Owner', /U\+3164/],
    ['Sam\u2800Owner', /U\+2800/],
    ['Sam\u{e0101}', /U\+E0101/],
    ['Sam\ud800', /U\+D800/],
  ])('%j', (text, detail) => {
    expect(unseenCharacter(text)).toMatch(detail);
  });

  it.each([
    'ReferWell',
    'Example Hospitals NHS Trust',
    'Ysbyty Gŵynedd',
    'Zoë O’Neill',
    'Łukasz',
    '王芳',
    'St. Mary’s (A&E)',
  ])('there are none in %s', (text) => {
    expect(unseenCharacter(text)).toBeNull();
  });
});

describe('names that people may confuse have the same key', () => {
  it.each([
    ['ReferWell', 'referwell'],
    ['ReferWell', 'Refer Well'],
    ['ReferWell', 'ReferWell\u200b'],
    ['Refer Well', 'Refer\u00a0Well'],
    ['Refer Well', 'Refer  Well'],
    ['Caf\u00e9', 'Cafe\u0301'],
    ['ReferWell', '\uff32eferWell'],
    ['ReferWell', 'R\u0435ferWell'],
    ['ReferWell', 'ReferWell\ufe0f'],
    ['ReferWell', 'Refer\u3164Well'],
    ['ACE Care', '\u0410\u0421\u0415 \u0421are'],
    ['Omnia', '\u039fmnia'],
    ['Visit', 'V\u0131sit'],
  ])('%j and %j', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each([
    ['ReferWell', 'ReferWell 2'],
    ['Refer-Well', 'ReferWell'],
    ['Café', 'Cafe'],
  ])('%j and %j have different keys', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });
});
