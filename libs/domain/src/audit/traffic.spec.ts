import { describe, expect, it } from 'vitest';
import { busiestMinutes, type HourCount, isNearQuota, reasonsByHour, trafficByHour } from './traffic.js';

const HOUR = 3_600_000;
const noon = Date.parse('2026-11-27T12:00:00Z');
const calls = (
  hoursAgo: number,
  outcome: string | null,
  count: number,
  code: string | null = null,
): HourCount => ({
  hourMs: noon - hoursAgo * HOUR,
  outcome,
  code,
  count,
});

describe('traffic by the hour', () => {
  it('has every hour, even without calls, and ends with the current one', () => {
    const hours = trafficByHour(
      [calls(0, 'COMPLETED', 2), calls(2, 'REFUSED', 3, 'GW_GRANT')],
      3,
      noon + 59 * 60_000,
    );
    expect(hours).toEqual([
      { atMs: noon - 2 * HOUR, completed: 0, refused: 3, failed: 0 },
      { atMs: noon - HOUR, completed: 0, refused: 0, failed: 0 },
      { atMs: noon, completed: 2, refused: 0, failed: 0 },
    ]);
  });

  it.each(['FAILED', 'NOT_SENT', 'UNKNOWN', 'WITHHELD', 'ANOTHER', null])(
    'counts %s as failed',
    (outcome) => {
      expect(trafficByHour([calls(0, outcome, 1)], 1, noon)[0]).toMatchObject({
        completed: 0,
        refused: 0,
        failed: 1,
      });
    },
  );
});

describe('reasons by the hour', () => {
  it('begin with the most frequent, each with its hours; older ones are left out', () => {
    const counts = [
      calls(1, 'REFUSED', 1, 'GW_A'),
      calls(0, 'REFUSED', 1, 'GW_A'),
      calls(0, 'FAILED', 5, 'GW_B'),
      calls(9, 'REFUSED', 9, 'GW_C'),
    ];
    expect(reasonsByHour(counts, 2, noon)).toEqual([
      { code: 'GW_B', count: 5, hours: [0, 5] },
      { code: 'GW_A', count: 2, hours: [1, 1] },
    ]);
  });

  it('after the sixth are shown as one', () => {
    const counts = Array.from({ length: 9 }, (_, at) => calls(0, 'REFUSED', 10 - at, `GW_${at}`));
    const reasons = reasonsByHour(counts, 1, noon);
    expect(reasons).toHaveLength(7);
    expect(reasons.at(-1)).toEqual({ code: 'others', count: 4 + 3 + 2, hours: [9] });
  });
});

it('the bindings of an application share its busiest minute', () => {
  const applications = new Map([
    ['b1', 'a'],
    ['b2', 'a'],
    ['b3', 'c'],
  ]);
  const minute = (bindingId: string, minuteMs: number, count: number) => ({ bindingId, minuteMs, count });
  const counts = [
    minute('b1', 1, 200),
    minute('b2', 1, 250),
    minute('b1', 2, 300),
    minute('b3', 1, 7),
    minute('gone', 1, 999),
  ];
  expect(busiestMinutes(counts, applications)).toEqual(
    new Map([
      ['a', 450],
      ['c', 7],
    ]),
  );
});

it.each([
  [419, 600, false],
  [420, 600, true],
  [600, 600, true],
])('%d of %d a minute is near the quota: %s', (calls, quota, near) => {
  expect(isNearQuota(calls, quota)).toBe(near);
});
