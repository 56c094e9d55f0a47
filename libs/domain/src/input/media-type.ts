/** Media types of request bodies: one exact type, charset absent or utf-8, no encoding. */
import type { Operation } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';

/** Nothing is trimmed, because the value is forwarded unchanged and `trim` removes U+00A0, which e-RS would not. */
const MEDIA_TYPE =
  /^([!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i;

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
  const type = MEDIA_TYPE.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (type === undefined || !allowed.includes(type)) throw new GatewayError('GW_MEDIA_TYPE');
}
