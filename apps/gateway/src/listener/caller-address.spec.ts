import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { callerAddressBehind } from './caller-address.js';

const PROXIES = ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'];

it.each<[string, string, string | undefined, string]>([
  ['no proxy', '203.0.113.9', undefined, '203.0.113.9'],
  ['a caller that claims to be a proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['behind a proxy', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['behind two proxies', '10.1.2.3', '198.51.100.1, 192.0.2.1', '198.51.100.1'],
  ['with an address of its own invention in front', '10.1.2.3', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
  ['a mapped proxy', '::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['behind IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
  ['with a port', '10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv6 with a port', '10.1.2.3', '[2001:db8::7]:4711', '2001:db8::7'],
  ['a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
  ['only proxies', '10.1.2.3', '10.9.9.9', '10.1.2.3'],
  ['nonsense', '10.1.2.3', '198.51.100.1, unknown', '10.1.2.3'],
])('%s', (_, remoteAddress, forwarded, expected) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
  expect(callerAddressBehind(PROXIES)(request)).toBe(expected);
});
