import type { IncomingMessage } from 'node:http';
import { AdminProblem } from '../problem.js';

const DEFAULT_BODY_BYTES = 1024 * 1024;

/**
 * The JSON body. It is read only once the guard has let the sender in, so that a stranger can't make us hold 16 MiB.
 * @throws AdminProblem not-json, too-large, invalid-request
 */
export async function readJson(request: IncomingMessage, maxBytes = DEFAULT_BODY_BYTES): Promise<unknown> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json' || request.headers['content-encoding'] !== undefined) {
    throw new AdminProblem('not-json', 'Send Content-Type: application/json, without Content-Encoding.');
  }
  const tooLarge = new AdminProblem('too-large', `The body may have at most ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new AdminProblem('invalid-request', 'The body is not JSON in UTF-8.');
  }
}
