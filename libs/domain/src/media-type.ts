/** Media types of request bodies: one exact type, charset absent or utf-8, no encoding. */
import type { Operation } from './catalogue.js';
import { GatewayError } from './errors.js';

const CHARSET_UTF8 = /^charset=(?:utf-8|"utf-8")$/i;

/**
 * @param contentType the header's value, null if absent
 * @throws GW_MEDIA_TYPE
 */
export function checkMediaType(
  operation: Operation,
  contentType: string | null,
  contentEncoding: string | null,
): void {
  if (contentEncoding !== null) throw new GatewayError('GW_MEDIA_TYPE');
  if (operation.body === null) return;
  const allowed = operation.body.kind === 'json' ? ['application/fhir+json'] : operation.body.mediaTypes;
  const [type, ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  if (!allowed.includes((type ?? '').toLowerCase())) throw new GatewayError('GW_MEDIA_TYPE');
  if (parameters.length > 1 || !parameters.every((parameter) => CHARSET_UTF8.test(parameter))) {
    throw new GatewayError('GW_MEDIA_TYPE');
  }
}
