/** Where a request came from: the peer, or what declared proxies say of it. For records of it and their limits alone. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

export type CallerAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string;

/**
 * @param proxies address ranges of the proxies that terminate TLS. If the peer is one, the caller is the right-most
 *   address of X-Forwarded-For that is not: everything left of it could have been sent by the caller.
 */
export function callerAddressBehind(proxies: readonly string[]): CallerAddress {
  const isProxy = addressesIn(proxies);
  return ({ headers, socket }) => {
    const peer = socket.remoteAddress ?? 'unknown';
    if (!isProxy(peer)) return peer;
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    const caller = forwarded.map(withoutPort).findLast((address) => !isProxy(address));
    return caller !== undefined && isIP(caller) !== 0 ? caller : peer;
  };
}

/** True for addresses in one of the ranges. */
export function addressesIn(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Some proxies write `192.0.2.7:4711` or `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const address = text.trim();
  return /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([0-9.]+):\d+$/.exec(address)?.[1] ?? address;
}
