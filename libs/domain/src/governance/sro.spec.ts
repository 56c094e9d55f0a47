import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SroAppointment } from '../registry/registry.js';
import { isInForce, lastDayInForce, nextChangeMs, reviewNotice, sroState } from './sro.js';

const appointment = (over: Partial<SroAppointment> = {}): SroAppointment => ({
  id: 's1',
  environments: ['int', 'prod'],
  acceptedAtMs: Date.parse('2020-01-01T00:00:00Z'),
  withdrawnAtMs: null,
  startsOn: null,
  reviewDueOn: '2026-07-15',
  graceDays: 0,
  ...over,
});
const at = (iso: string): number => Date.parse(iso);

describe('in force to the end of the review day, Europe/London', () => {
  it.each([
    ['summer, a minute before midnight', '2026-07-15', 0, '2026-07-15T22:59:59.999Z', true],
    ['summer, at midnight (23:00 UTC)', '2026-07-15', 0, '2026-07-15T23:00:00.000Z', false],
    ['winter, a minute before midnight', '2026-01-15', 0, '2026-01-15T23:59:59.999Z', true],
    ['winter, at midnight (00:00 UTC)', '2026-01-15', 0, '2026-01-16T00:00:00.000Z', false],
    ['day the clocks go forward', '2026-03-29', 0, '2026-03-29T22:59:59.999Z', true],
    ['end of that day', '2026-03-29', 0, '2026-03-29T23:00:00.000Z', false],
    ['day the clocks go back', '2026-10-25', 0, '2026-10-25T23:59:59.999Z', true],
    ['end of that day', '2026-10-25', 0, '2026-10-26T00:00:00.000Z', false],
    ['last instant of a grace of 14 days', '2026-07-15', 14, '2026-07-29T22:59:59.999Z', true],
    ['after a grace of 14 days', '2026-07-15', 14, '2026-07-29T23:00:00.000Z', false],
    ['grace across the end of summer time', '2026-10-24', 2, '2026-10-26T23:59:59.999Z', true],
    ['grace across the end of a leap February', '2028-02-28', 2, '2028-03-01T23:59:59.999Z', true],
    ['after it', '2028-02-28', 2, '2028-03-02T00:00:00.000Z', false],
    ['long before', '2026-07-15', 0, '2025-01-01T00:00:00.000Z', true],
    ['years after', '2026-07-15', 0, '2030-01-01T00:00:00.000Z', false],
  ])('%s', (_, reviewDueOn, graceDays, now, expected) => {
    expect(isInForce(appointment({ reviewDueOn, graceDays }), 'int', at(now))).toBe(expected);
  });
});

describe('the next change', () => {
  const now = at('2026-07-01T12:00:00Z');
  it.each<[string, Partial<SroAppointment>, string | null]>([
    ['of one in force is its end', {}, '2026-07-15T23:00:00Z'],
    ['counts the grace', { graceDays: 2 }, '2026-07-17T23:00:00Z'],
    ['is the first day of one that waits for it', { startsOn: '2026-07-03' }, '2026-07-02T23:00:00Z'],
    ['is a withdrawal that is to come', { withdrawnAtMs: now + 60_000 }, '2026-07-01T12:01:00Z'],
    ['is none once it was withdrawn', { withdrawnAtMs: now }, null],
    ['is none before it was accepted', { acceptedAtMs: null }, null],
    ['is none after its end', { reviewDueOn: '2026-06-30' }, null],
  ])('%s', (_, over, expected) => {
    expect(nextChangeMs(appointment(over), now)).toBe(expected === null ? null : at(expected));
  });
});

describe('and only', () => {
  const now = at('2026-07-01T12:00:00Z');
  it.each<[string, Partial<SroAppointment>, string, boolean]>([
    ['in an environment it names', {}, 'int', true],
    ['in each environment it names', {}, 'prod', true],
    ['not in another', {}, 'sandbox', false],
    ['not with a name that only begins alike', { environments: ['int-2'] }, 'int', false],
    ['not without environments', { environments: [] }, 'int', false],
    ['once accepted', { acceptedAtMs: now }, 'int', true],
    ['not before acceptance', { acceptedAtMs: now + 1 }, 'int', false],
    ['not without acceptance', { acceptedAtMs: null }, 'int', false],
    ['until withdrawn', { withdrawnAtMs: now + 1 }, 'int', true],
    ['not from the instant of withdrawal', { withdrawnAtMs: now }, 'int', false],
    ['not after withdrawal', { withdrawnAtMs: now - 1 }, 'int', false],
    ['from its first day', { startsOn: '2026-07-01' }, 'int', true],
    ['not before its first day', { startsOn: '2026-07-02' }, 'int', false],
  ])('%s', (_, over, environment, expected) => {
    expect(isInForce(appointment(over), environment, now)).toBe(expected);
  });
});

describe('the state of an appointment', () => {
  const today = at('2026-07-01T12:00:00Z');
  it.each<[string, Partial<SroAppointment>, string, number | null]>([
    ['not accepted', { acceptedAtMs: null }, 'proposed', 30],
    ['accepted for a day to come', { startsOn: '2026-07-02', reviewDueOn: '2027-07-01' }, 'accepted', null],
    ['long before its review', { reviewDueOn: '2026-08-31' }, 'in force', null],
    ['60 days before it', { reviewDueOn: '2026-08-30' }, 'review due', 60],
    ['31 days', { reviewDueOn: '2026-08-01' }, 'review due', 60],
    ['30 days', { reviewDueOn: '2026-07-31' }, 'review due', 30],
    ['7 days', { reviewDueOn: '2026-07-08' }, 'review due', 7],
    ['on the day', { reviewDueOn: '2026-07-01' }, 'review due', 7],
    ['the day after, with grace', { reviewDueOn: '2026-06-30', graceDays: 1 }, 'overdue', 7],
    ['the day after, without', { reviewDueOn: '2026-06-30' }, 'lapsed', 7],
    ['withdrawn', { withdrawnAtMs: today }, 'withdrawn', 30],
    ['to be withdrawn', { withdrawnAtMs: today + 1, reviewDueOn: '2027-07-01' }, 'in force', null],
  ])('%s', (_, over, state, notice) => {
    expect(sroState(appointment(over), today)).toBe(state);
    expect(reviewNotice(appointment({ reviewDueOn: '2026-07-31', ...over }), today)).toBe(notice);
  });
});

describe('the last day in force', () => {
  it.each([
    ['2026-12-31', 1, '2027-01-01'],
    ['2027-02-28', 1, '2027-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-03-28', 2, '2026-03-30'],
    ['2026-07-15', 0, '2026-07-15'],
  ])('review due on %s, %i days of grace: %s', (reviewDueOn, graceDays, expected) => {
    expect(lastDayInForce(appointment({ reviewDueOn, graceDays }))).toBe(expected);
  });

  it('a gate that has closed never opens again by itself', () => {
    const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
    fc.assert(
      fc.property(instants, instants, fc.integer({ min: 0, max: 90 }), (one, two, graceDays) => {
        const [earlier, later] = one < two ? [one, two] : [two, one];
        const graced = appointment({ graceDays });
        return isInForce(graced, 'int', earlier) || !isInForce(graced, 'int', later);
      }),
    );
  });
});
