import { describe, expect, it } from 'vitest';
import { coverageOfHeaders, coverageText, keysDestroyedText } from './coverage-words.js';

const WINTER = '2026-03-02T00:00:00.000Z';
const SUMMER = '2026-06-30T23:00:00.000Z';

describe('what a list or a download covers, in the time of London', () => {
  it.each([
    [null, null, 'Covers the whole audit trail.'],
    [WINTER, null, 'Covers 2 March 2026, 00:00 until now, London time.'],
    [null, SUMMER, 'Covers everything until just before 1 July 2026, 00:00, London time.'],
    ['2026-03-02T12:03:04.000Z', null, 'Covers 2 March 2026, 12:03:04 until now, London time.'],
    [WINTER, SUMMER, 'Covers 2 March 2026, 00:00 until just before 1 July 2026, 00:00, London time.'],
  ])('from %s until %s', (from, until, words) => {
    expect(coverageText({ from, until, removed: [] })).toBe(words);
    const headers = new Headers({ 'Gatehouse-Covers': `${from ?? '..'}/${until ?? '..'}` });
    expect(coverageOfHeaders(headers)).toEqual({ from, until, removed: [] });
  });

  it('names the months that have left the database', () => {
    const headers = new Headers({
      'Gatehouse-Covers': '../..',
      'Gatehouse-Removed-Months': '2026-03, 2026-04',
    });
    const covers = coverageOfHeaders(headers);
    expect(covers).toEqual({ from: null, until: null, removed: ['2026-03', '2026-04'] });
    expect(coverageText(covers ?? { from: null, until: null, removed: [] })).toBe(
      'Covers the whole audit trail. The records of March 2026 and April 2026 have left the database: an operator brings them back from the archive with “gatehouse audit fetch 2026-03”.',
    );
  });

  it('names the organisations whose patients can no longer be found', () => {
    expect(keysDestroyedText([])).toBeNull();
    expect(keysDestroyedText(['R0Q', 'R0T'])).toBe(
      'The data key of R0Q and R0T was destroyed, so patients there can no longer be found.',
    );
  });

  it.each(['', 'today'])('a header of %j says nothing', (header) => {
    expect(coverageOfHeaders(new Headers({ 'Gatehouse-Covers': header }))).toBeNull();
  });

  it('no header says nothing', () => {
    expect(coverageOfHeaders(new Headers())).toBeNull();
  });
});
