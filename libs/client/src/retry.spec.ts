import { ERRORS, type ErrorCode, type ErrorEntry } from '@gatehouse/domain/errors';
import { describe, expect, it } from 'vitest';
import { type Failure, failureIn, type Fate, noAnswer } from './failure.js';
import { REFUSALS } from './refusals.js';
import { DEFAULT_RETRY, pauseBeforeRetryMs } from './retry.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const READ = true;
const WRITE = false;

/** The failure in an answer with these headers. */
function answered(reads: boolean, status: number, headers: Record<string, string>): Failure {
  return failureIn({ status, headers: new Headers(headers) }, reads, 'sent-id', NOW);
}
const refused = (reads: boolean, code: string, more: Record<string, string> = {}): Failure =>
  answered(reads, (ERRORS as Record<string, ErrorEntry>)[code]?.status ?? 500, {
    'Gatehouse-Error-Source': 'gateway',
    'Gatehouse-Error-Code': code,
    ...more,
  });
const ers = (reads: boolean, status: number, more: Record<string, string> = {}): Failure =>
  answered(reads, status, { 'Gatehouse-Error-Source': 'upstream', ...more });
const unreached = (code: string): Failure =>
  noAnswer(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }), 'sent-id');
const pause = (reads: boolean, failure: Failure, repeated = 0, elapsedMs = 0, chance = 0): number | null =>
  pauseBeforeRetryMs({ reads, failure, repeated, elapsedMs }, DEFAULT_RETRY, chance);

const AFTER_2_S = { 'Retry-After': '2' };

describe('what is repeated', () => {
  it.each<[what: string, reads: boolean, failure: Failure, fate: Fate, pauseMs: number | null]>([
    ['a read, rate used up', READ, refused(READ, 'GW_RATE_LIMIT', AFTER_2_S), 'NOT_SENT', 2000],
    ['a write, rate used up', WRITE, refused(WRITE, 'GW_RATE_LIMIT', AFTER_2_S), 'NOT_SENT', 2000],
    ['a read, e-RS away', READ, refused(READ, 'GW_UPSTREAM_UNREACHABLE', AFTER_2_S), 'UNKNOWN', 2000],
    ['a write, e-RS away', WRITE, refused(WRITE, 'GW_UPSTREAM_UNREACHABLE', AFTER_2_S), 'NOT_SENT', 2000],
    ['a read, no answer in time', READ, refused(READ, 'GW_UPSTREAM_TIMEOUT'), 'UNKNOWN', 125],
    ['a read, answer cut off', READ, refused(READ, 'GW_UPSTREAM_INCOMPLETE'), 'UNKNOWN', 125],
    ['a read, answer unreadable', READ, refused(READ, 'GW_UPSTREAM_PROTOCOL'), 'UNKNOWN', 125],
    [
      'a write of which nobody knows',
      WRITE,
      refused(WRITE, 'GW_DELIVERY_UNKNOWN', { 'Gatehouse-Delivery': 'unknown' }),
      'UNKNOWN',
      null,
    ],
    [
      'a write that was answered, unrecorded',
      WRITE,
      refused(WRITE, 'GW_DELIVERED_UNCONFIRMED', { 'Gatehouse-Delivery': 'sent' }),
      'SENT',
      null,
    ],
    [
      'a write that may have been sent, whatever Retry-After says',
      WRITE,
      refused(WRITE, 'GW_AUDIT_UNAVAILABLE', { ...AFTER_2_S, 'Gatehouse-Delivery': 'unknown' }),
      'UNKNOWN',
      null,
    ],
    [
      'a write whose answer is withheld',
      WRITE,
      refused(WRITE, 'GW_UPSTREAM_PROTOCOL', { 'Gatehouse-Delivery': 'sent' }),
      'SENT',
      null,
    ],
    ['a write, Gatehouse failed', WRITE, refused(WRITE, 'GW_INTERNAL'), 'UNKNOWN', null],
    ['a read, Gatehouse failed', READ, refused(READ, 'GW_INTERNAL'), 'UNKNOWN', null],
    ['a read that is not granted', READ, refused(READ, 'GW_GRANT'), 'NOT_SENT', null],
    [
      'a read, worklist fetched twice',
      READ,
      refused(READ, 'GW_WORKLIST_ALLOWANCE', { 'Retry-After': '3600' }),
      'NOT_SENT',
      null,
    ],
    ['a read, e-RS throttles', READ, ers(READ, 429, AFTER_2_S), 'ANSWERED', 2000],
    ['a write, e-RS throttles', WRITE, ers(WRITE, 429, AFTER_2_S), 'ANSWERED', null],
    ['a read, e-RS is down', READ, ers(READ, 503), 'ANSWERED', 125],
    ['a write, e-RS is down', WRITE, ers(WRITE, 503, AFTER_2_S), 'ANSWERED', null],
    ['a read, e-RS fails', READ, ers(READ, 500), 'ANSWERED', null],
    ['a read, the PAS does not answer', READ, ers(READ, 504), 'ANSWERED', null],
    ['a read that e-RS rejects', READ, ers(READ, 422), 'ANSWERED', null],
    ['a read, no connection', READ, unreached('ECONNREFUSED'), 'NOT_SENT', 125],
    ['a write, no connection', WRITE, unreached('ECONNREFUSED'), 'NOT_SENT', 125],
    ['a read, connection broken', READ, unreached('ECONNRESET'), 'UNKNOWN', 125],
    ['a write, connection broken', WRITE, unreached('ECONNRESET'), 'UNKNOWN', null],
    ['a write, an unknown fault', WRITE, noAnswer(new TypeError('fetch failed'), 'x'), 'UNKNOWN', null],
    ['a read, a newer code', READ, refused(READ, 'GW_NEWER', AFTER_2_S), 'UNKNOWN', 2000],
    ['a read, a newer code without a time', READ, refused(READ, 'GW_NEWER'), 'UNKNOWN', null],
    ['a read, answered by a proxy between', READ, answered(READ, 503, AFTER_2_S), 'UNKNOWN', 2000],
    ['a write, answered by a proxy between', WRITE, answered(WRITE, 503, AFTER_2_S), 'UNKNOWN', null],
  ])('%s', (_, reads, failure, fate, pauseMs) => {
    expect([failure.fate, pause(reads, failure)]).toEqual([fate, pauseMs]);
  });

  it.each(Object.entries(ERRORS) as [ErrorCode, ErrorEntry][])(
    '%s: only what has a Retry-After, and reads of which the table says it',
    (code, { retryAfterS, readMayBeRepeated = false }) => {
      const wait: Record<string, string> = retryAfterS === undefined ? {} : { 'Retry-After': '1' };
      const isRepeated = (reads: boolean) => pause(reads, refused(reads, code, wait)) !== null;
      expect(isRepeated(READ)).toBe(retryAfterS !== undefined || readMayBeRepeated);
      expect(isRepeated(WRITE)).toBe(retryAfterS !== undefined);
    },
  );

  it('knows every code, with its status and who must act', () => {
    const expected = Object.entries(ERRORS as Record<string, ErrorEntry>).map(
      ([code, { status, whoActs, retryAfterS = null, readMayBeRepeated = false }]) => [
        code,
        { status, whoActs, retryAfterS, readMayBeRepeated },
      ],
    );
    expect(REFUSALS).toEqual(Object.fromEntries(expected));
  });
});

describe('the pause', () => {
  const throttled = refused(READ, 'GW_RATE_LIMIT', { 'Retry-After': '5' });
  const cutOff = refused(READ, 'GW_UPSTREAM_INCOMPLETE');

  it.each([
    ['doubles', cutOff, [125, 250, 500], [250, 500, 1000]],
    ['is never shorter than Retry-After', throttled, [5000, 5000, 5000], [5250, 5500, 6000]],
  ])('%s', (_, failure, shortest, longest) => {
    expect([0, 1, 2].map((repeated) => pause(READ, failure, repeated, 0, 0))).toEqual(shortest);
    expect([0, 1, 2].map((repeated) => pause(READ, failure, repeated, 0, 1))).toEqual(longest);
  });
  it('comes three times at most', () => {
    expect(pause(READ, throttled, 3)).toBeNull();
  });
  it('ends within a minute of the beginning of the call, or there is none', () => {
    expect(pause(READ, throttled, 1, 55_000)).toBe(5000);
    expect(pause(READ, throttled, 1, 55_001)).toBeNull();
  });
  it.each([
    ['7', 7],
    ['Mon, 30 Nov 2026 12:00:09 GMT', 9],
    ['Mon, 30 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-1', null],
  ])('Retry-After: %s is %s s', (value, seconds) => {
    expect(ers(READ, 503, { 'Retry-After': value }).retryAfterS).toBe(seconds);
  });
});
