/** What Node's HTTP parser reports when it gives up, and the refusal that the caller gets for it. */
import { GatewayError } from '@gatehouse/domain/errors';
import { brokenFraming, type FramingRule } from '@gatehouse/domain/input/framing-rules';

export interface ParseError extends NodeJS.ErrnoException {
  /** The packet in which the parser gave up, and how far it had read. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
  /** The parser's own words. */
  readonly reason?: string;
}

/** False for a failed handshake or a lost connection, which can't be answered. */
export function isHttpError({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** The start of a request line whose method is well formed but unknown to Node. */
const UNKNOWN_METHOD = /(?:^|\n)[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\r\n]*$/;

export function parseRefusal(error: ParseError): GatewayError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return new GatewayError('GW_TIMEOUT');
  return new GatewayError('GW_FRAMING', brokenFraming(ruleOf(error)));
}

function ruleOf({ code, reason = '', rawPacket, bytesParsed = 0 }: ParseError): FramingRule {
  switch (code) {
    case 'HPE_INVALID_EOF_STATE':
      return 'incomplete';
    case 'HPE_HEADER_OVERFLOW':
      return 'headers too long';
    case 'HPE_INVALID_METHOD': {
      const line = rawPacket?.toString('latin1', 0, rawPacket.indexOf('\r', bytesParsed)) ?? '';
      return UNKNOWN_METHOD.test(line) ? 'method' : 'request line';
    }
    case 'HPE_PAUSED_H2_UPGRADE':
      return 'version';
    case 'HPE_INVALID_VERSION':
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_CONSTANT':
      return 'request line';
    case 'HPE_INVALID_CONTENT_LENGTH':
      return 'Content-Length';
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return /transfer-encoding/i.test(reason) ? 'two framings' : 'Content-Length';
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return /content-length/i.test(reason) ? 'two framings' : 'Transfer-Encoding';
    case 'HPE_INVALID_CHUNK_SIZE':
    case 'HPE_STRICT':
      return 'chunks';
    default:
      return 'header line';
  }
}
