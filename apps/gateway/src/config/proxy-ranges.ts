/** Address ranges of the proxies that terminate TLS: `10.0.0.7`, `10.0.0.0/24`, `fd00::/64`. */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** More than 10.0.0.0/8 or fc00::/7 is no range of proxies but a part of the internet. */
const MOST_FIRST_BYTES = { ipv4: 1, ipv6: 2 } as const;

/** What is wrong with a range, in words; null if it is fit. */
export function proxyRangeFault(range: string): string | null {
  const [address = '', prefix, more] = range.split('/');
  const bits = isIPv6(address) ? 128 : 32;
  const isPrefix = prefix === undefined || (/^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= bits);
  if (isIP(address) === 0 || !isPrefix || more !== undefined)
    return 'must be addresses or ranges of addresses, such as 10.0.0.7 or 10.0.0.0/24';
  return isTooWide(address, prefix) ? 'must name the proxies, and not everybody' : null;
}

/** An IPv6 range may cover IPv4 addresses too (::ffff:0:0/96). */
function isTooWide(address: string, prefix: string | undefined): boolean {
  if (prefix === undefined) return false;
  const range = new BlockList();
  range.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const ipv4 = bytes.filter((byte) => range.check(`${byte}.1.1.1`, 'ipv4')).length;
  const ipv6 = bytes.filter((byte) => range.check(`${byte.toString(16)}01:1::1`, 'ipv6')).length;
  return ipv4 > MOST_FIRST_BYTES.ipv4 || ipv6 > MOST_FIRST_BYTES.ipv6;
}
