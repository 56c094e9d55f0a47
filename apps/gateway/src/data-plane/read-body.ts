/** A request body, buffered within its limit and its time. */
import type { IncomingMessage } from 'node:http';
import type { Operation } from '@gatehouse/domain/ers/catalogue';
import { GatewayError } from '@gatehouse/domain/errors';

const MAX_JSON_BYTES = 1_048_576;
const JSON_TIMEOUT_MS = 30_000;

const brokenOff = new WeakMap<IncomingMessage, GatewayError>();
const BROKEN_OFF = 'gatehouse broken off';

/** The rest of this request's body will never come: whoever reads it, now or later, gets the error. */
export function breakOff(request: IncomingMessage, error: GatewayError): void {
  brokenOff.set(request, error);
  request.emit(BROKEN_OFF);
}

/**
 * @returns the bytes, or null where the interaction takes no body
 * @throws GW_BODY_TOO_LARGE, GW_BODY_SYNTAX (unwanted or missing body), GW_TIMEOUT, GW_FRAMING (incomplete)
 */
export async function readBody(
  request: IncomingMessage,
  expected: Operation['body'],
): Promise<Buffer | null> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > MAX_JSON_BYTES) throw new GatewayError('GW_BODY_TOO_LARGE');
  const body = await collect(request, expected === null ? 0 : MAX_JSON_BYTES);
  if (expected === null) return null;
  if (body.length === 0) throw new GatewayError('GW_BODY_SYNTAX');
  return body;
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
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
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      cleanUp();
      resolve(Buffer.concat(chunks, length));
    };
    const onClose = (): void => {
      fail(
        brokenOff.get(request) ??
          new GatewayError('GW_FRAMING', { fhirIssue: 'incomplete', detail: 'body ended early' }),
      );
    };
    const timer = setTimeout(() => {
      fail(new GatewayError('GW_TIMEOUT'));
    }, JSON_TIMEOUT_MS);
    const cleanUp = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd);
      for (const event of ['close', 'error', BROKEN_OFF]) request.off(event, onClose);
    };
    request.on('data', onData).on('end', onEnd);
    for (const event of ['close', 'error', BROKEN_OFF]) request.on(event, onClose);
    if (brokenOff.has(request)) onClose();
  });
}
