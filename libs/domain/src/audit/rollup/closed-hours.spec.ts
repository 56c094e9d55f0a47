import { describe, expect, it } from 'vitest';
import { closedHours, closedUntil } from './closed-hours.js';

const at = (time: string): number => Date.parse(`2026-11-27T${time}Z`);
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
const open = (now: string, openSince: string | null, uncounted: string | null) => ({
  nowMs: at(now),
  oldestOpenMs: openSince === null ? null : at(openSince),
  oldestUncountedMs: uncounted === null ? null : at(uncounted),
});

describe('an hour is closed', () => {
  it.each<[string, ReturnType<typeof open>, string]>([
    ['when it is over', open('12:00:00', null, null), '12:00'],
    ['not while it lasts', open('12:59:59.999', null, null), '12:00'],
    ['not while an attempt of it has no OUTCOME', open('12:30:00', '10:59:00', null), '10:00'],
    ['once the open attempts are later', open('12:30:00', '11:00:00', null), '11:00'],
    ['not while a record of it is not counted', open('12:30:00', null, '09:01:00'), '09:00'],
    ['not before both', open('12:30:00', '10:00:00', '11:00:00'), '10:00'],
  ])('%s', (_, stillOpen, until) => {
    expect(clock(closedUntil(stillOpen))).toBe(until);
  });
});

describe('the closed hours of a span', () => {
  it.each<[string, string, string, string[]]>([
    ['are whole hours', '08:00:00', '10:00:00', ['08:00', '09:00']],
    ['leave out the parts of hours at both ends', '08:01:00', '10:59:00', ['09:00']],
    ['end where hours are open', '10:00:00', '14:00:00', ['10:00', '11:00']],
    ['are none of an empty span', '10:00:00', '10:00:00', []],
    ['are none of a span that has not begun', '13:00:00', '14:00:00', []],
  ])('%s', (_, from, until, expected) => {
    expect(closedHours(at(from), at(until), open('12:30:00', null, null)).map(clock)).toEqual(expected);
  });
});
