/** What Node's HTTP parser reports when it gives up, and the refusal that the caller gets for it. */
import { GatewayError } from '@gatehouse/domain/errors';

export interface ParseError extends NodeJS.ErrnoException {
  /** The packet in which the parser gave up, and how far it had read. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/** False for a failed handshake or a lost connection, which can't be answered. */
export function isHttpError({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** The start of a request line whose method is well formed but unknown to Node. */
const UNKNOWN_METHOD = /(?:^|\n)[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\r\n]*$/;

export function parseRefusal({ code, rawPacket, bytesParsed = 0 }: ParseError): GatewayError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError('GW_TIMEOUT');
    case 'HPE_INVALID_EOF_STATE':
      return new GatewayError('GW_FRAMING', { fhirIssue: 'incomplete' });
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError('GW_FRAMING', { status: 431, fhirIssue: 'too-long' });
    case 'HPE_INVALID_METHOD': {
      const line = rawPacket?.toString('latin1', 0, rawPacket.indexOf('\r', bytesParsed)) ?? '';
      return new GatewayError('GW_FRAMING', UNKNOWN_METHOD.test(line) ? { fhirIssue: 'not-supported' } : {});
    }
    default:
      return new GatewayError('GW_FRAMING');
  }
}
