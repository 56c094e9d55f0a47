import { describe, expect, it } from 'vitest';
import { coverageOfHeader, coverageText } from './coverage-words.js';

const WINTER = '2026-03-02T00:00:00.000Z';
const SUMMER = '2026-06-30T23:00:00.000Z';

describe('what a list or a download covers, in the time of London', () => {
  it.each([
    [null, null, 'Covers the whole audit trail.'],
    [WINTER, null, 'Covers 2 Mar 2026, 00:00:00 until now, London time.'],
    [null, SUMMER, 'Covers everything until just before 1 Jul 2026, 00:00:00, London time.'],
    [WINTER, SUMMER, 'Covers 2 Mar 2026, 00:00:00 until just before 1 Jul 2026, 00:00:00, London time.'],
  ])('from %s until %s', (from, until, words) => {
    expect(coverageText({ from, until })).toBe(words);
    expect(coverageOfHeader(`${from ?? '..'}/${until ?? '..'}`)).toEqual({ from, until });
  });

  it.each([null, '', 'today'])('a header of %j says nothing', (header) => {
    expect(coverageOfHeader(header)).toBeNull();
  });
});
