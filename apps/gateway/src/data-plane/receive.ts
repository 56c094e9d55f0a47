/** The first stage: checks that this is one clear HTTP/1.1 request, and finds its credential. */
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '@gatehouse/domain/errors';
import { checkFraming, headerPairs } from '@gatehouse/domain/input/framing';

/**
 * @param hosts names that the partner listener answers for; null: all
 * @returns the Authorization header's value, null if absent
 * @throws GW_FRAMING, GW_HEADER_DUPLICATE (of Authorization; other headers are checked once the caller is known)
 */
export function receive(request: IncomingMessage, hosts: ReadonlySet<string> | null): string | null {
  const { httpVersion, method = '', rawHeaders } = request;
  checkFraming({ httpVersion, method, rawHeaders }, hosts);
  const credentials = headerPairs(rawHeaders).filter(([name]) => name === 'authorization');
  if (credentials.length > 1) throw new GatewayError('GW_HEADER_DUPLICATE');
  return credentials[0]?.[1] ?? null;
}
