import { describe, expect, it } from 'vitest';
import { addressRange, countedIn, limitOf, type RejectionWindow } from './rejections.js';

const LIMITS = { perAddressMinute: 100, perClientSecond: 10 };

describe('the range of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['', 'unknown'],
    ['unix', 'unknown'],
  ])('%s → %s', (address, range) => {
    expect(addressRange(address)).toBe(range);
  });
});

describe('the limit of a rejection', () => {
  it.each([
    [
      'of an unknown caller',
      { range: '192.0.2.7', clientId: null, code: 'GW_TOKEN' },
      'address 192.0.2.7',
      100,
    ],
    [
      'whatever its code',
      { range: '192.0.2.7', clientId: null, code: 'GW_FRAMING' },
      'address 192.0.2.7',
      100,
    ],
    ['of a client', { range: '192.0.2.7', clientId: 'c1', code: 'GW_QUERY' }, 'client c1 GW_QUERY', 10],
    [
      'of a client elsewhere',
      { range: '192.0.2.8', clientId: 'c1', code: 'GW_QUERY' },
      'client c1 GW_QUERY',
      10,
    ],
  ])('%s', (_, rejection, key, limit) => {
    expect(limitOf(rejection, LIMITS)).toMatchObject({ key, limit });
  });
});

describe('a window', () => {
  const limit = limitOf({ range: 'r', clientId: null, code: 'GW_TOKEN' }, LIMITS);
  const counts = (times: readonly number[]): number[] => {
    let window: RejectionWindow | undefined;
    return times.map((nowMs) => {
      window = countedIn(window, limit, nowMs);
      return window.count;
    });
  };
  it.each<[string, number[], number[]]>([
    ['counts', [0, 1, 59_999], [1, 2, 3]],
    ['begins again when it is over', [0, 1, 60_000, 60_001], [1, 2, 1, 2]],
  ])('%s', (_, times, expected) => {
    expect(counts(times)).toEqual(expected);
  });
});
