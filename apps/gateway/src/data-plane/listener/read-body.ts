/** The JSON body of a request, buffered within its limits of size and time. */
import type { IncomingMessage } from 'node:http';
import type { Operation } from '@gatehouse/domain/ers/catalogue';
import { GatewayError } from '@gatehouse/domain/errors';
import type { BodyShare } from '../../listener/body-budget.js';
import { watchForBreak } from './broken-body.js';

const MAX_JSON_BYTES = 1_048_576;
const JSON_TIMEOUT_MS = 30_000;

/**
 * @returns the bytes, or null if the interaction takes no body
 * @throws GW_BODY_TOO_LARGE, GW_BODY_SYNTAX (unwanted or missing body), GW_TIMEOUT, GW_FRAMING (incomplete),
 *   GW_OVERLOAD
 */
export async function readBody(
  request: IncomingMessage,
  expected: Operation['body'],
  share: BodyShare,
): Promise<Buffer | null> {
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  if (announcedBytes > MAX_JSON_BYTES) throw new GatewayError('GW_BODY_TOO_LARGE');
  const body = await collect(request, expected === null ? 0 : MAX_JSON_BYTES, share);
  if (expected === null) return null;
  if (body.length === 0) throw new GatewayError('GW_BODY_SYNTAX');
  return body;
}

function collect(request: IncomingMessage, maxBytes: number, share: BodyShare): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: GatewayError): void => {
      cleanUp();
      request.pause();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) fail(new GatewayError(maxBytes === 0 ? 'GW_BODY_SYNTAX' : 'GW_BODY_TOO_LARGE'));
      else if (!share.mayTake(chunk.length)) fail(new GatewayError('GW_OVERLOAD'));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      cleanUp();
      resolve(Buffer.concat(chunks, length));
    };
    const timer = setTimeout(() => {
      fail(new GatewayError('GW_TIMEOUT'));
    }, JSON_TIMEOUT_MS);
    const cleanUp = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd);
      stopWatching();
    };
    let stopWatching = (): void => undefined;
    request.on('data', onData).on('end', onEnd);
    stopWatching = watchForBreak(request, fail);
  });
}
