import { describe, expect, it } from 'vitest';
import { readMoment, spanOf } from './moment.js';

const iso = (ms: number | undefined): string => new Date(ms ?? NaN).toISOString();

describe('a day is the whole day in London', () => {
  it.each([
    ['2026-01-15', '2026-01-15T00:00:00.000Z', '2026-01-16T00:00:00.000Z'],
    ['2026-07-15', '2026-07-14T23:00:00.000Z', '2026-07-15T23:00:00.000Z'],
    ['2026-03-29', '2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z'],
    ['2026-10-25', '2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ])('%s', (day, start, end) => {
    const moment = readMoment(day);
    expect([iso(moment?.startMs), iso(moment?.endMs)]).toEqual([start, end]);
  });

  it('and from a day until the same day means that day', () => {
    const { fromMs, untilMs } = spanOf('2026-11-27', '2026-11-27');
    expect([iso(fromMs), iso(untilMs)]).toEqual(['2026-11-27T00:00:00.000Z', '2026-11-28T00:00:00.000Z']);
  });
});

describe('an instant has a zone', () => {
  it.each([
    ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00Z', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00:00.123456789Z', '2026-03-02T09:00:00.123Z'],
    ['2026-07-02T09:00:00+01:00', '2026-07-02T08:00:00.000Z'],
    ['2026-07-02T09:00:00-05:30', '2026-07-02T14:30:00.000Z'],
  ])('%s', (text, instant) => {
    const moment = readMoment(text);
    expect([iso(moment?.startMs), iso(moment?.endMs)]).toEqual([instant, instant]);
  });
});

describe('everything else is refused', () => {
  it.each([
    '',
    '1',
    '2026',
    '2026-11',
    '11/12/2026',
    '27/11/2026',
    '27 Nov 2026',
    '2026-11-27 12:00',
    '2026-11-27T12:00',
    '2026-11-27T12:00:00',
    '2026-11-27T24:00:00Z',
    '2026-11-27T12:60:00Z',
    '2026-11-27T12:00:60Z',
    '2026-11-27T12:00:00+24:00',
    '2026-11-27T12:00:00+0100',
    '2026-11-27t12:00:00z',
    '2026-02-30',
    '2026-02-30T12:00:00Z',
    '2026-13-01',
    '0001-01-01',
    ' 2026-11-27',
    '2026-11-27\n',
    '+002026-11-27',
    '2026-11-27T12:00:00.1234567890Z',
    'yesterday',
  ])('%j', (text) => {
    expect(readMoment(text)).toBeNull();
  });
});
