import { describe, expect, it } from 'vitest';
import { proxyRangeFault } from './proxy-ranges.js';

describe('a range of proxies', () => {
  it.each([
    '10.0.0.7',
    '10.0.0.0/24',
    '10.0.0.0/8',
    '192.168.1.1/32',
    'fd00::1',
    'fc00::/7',
    '2001:db8::/32',
  ])('%s is accepted', (range) => {
    expect(proxyRangeFault(range)).toBeNull();
  });

  it.each([
    ...['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '0.0.0.0/7', '8000::/1', '2000::/3'],
    ...['::ffff:0:0/96', '::ffff:0.0.0.0/96', '::ffff:128.0.0.0/97'],
  ])('%s is too wide', (range) => {
    expect(proxyRangeFault(range)).toContain('not everybody');
  });

  it.each([
    ...['proxy.example', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0.0/08'],
    ...['10.0.0.256', 'fd00::/129', '', '/8', '10.0.0.0 /8', '*'],
  ])('%j is not a range', (range) => {
    expect(proxyRangeFault(range)).toContain('must be addresses');
  });
});
