import { expect, it } from 'vitest';
import { isPublicAddress } from './public-address.js';

it.each([...['8.8.8.8', '51.140.0.1', '2a00:1450:4009:80b::200e', '172.32.0.1', '100.128.0.1', '11.0.0.1']])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  ...['127.0.0.1', '127.255.255.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::7f00:1', '64:ff9b::7f00:1'],
  ...['fd00::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2002:7f00:1::', 'fd00:ec2::254', '2001:db8::1'],
  ...['', 'localhost', 'example.org', '2130706433', '0x7f.1', '127.1', '[::1]'],
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
