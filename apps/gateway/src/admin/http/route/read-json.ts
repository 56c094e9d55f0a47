import type { RouteContract } from '@gatehouse/contracts/routes';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBodyBudget } from '../../../listener/body-budget.js';
import { AdminProblem } from '../problem.js';
import { storable } from './storable.js';

const DEFAULT_BODY_BYTES = 1024 * 1024;
/** Four registry files as large as may be. Parsed, they take several times as much of the thread's heap (ADR 30). */
const ALL_BODIES_BYTES = 64 * 1024 * 1024;

/** The bodies that the admin listener holds in memory, each until its answer has left. */
const bodies = createBodyBudget(ALL_BODIES_BYTES);

type Limits = Pick<RouteContract, 'maxBodyBytes' | 'tooLarge'>;

/**
 * The JSON body. It is read only once the guard has let the sender in, so that a stranger can't make us hold 16 MiB.
 * @throws AdminProblem not-json, too-large, busy, invalid-request
 */
export async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBodyBytes: maxBytes = DEFAULT_BODY_BYTES, tooLarge: advice }: Limits = {},
): Promise<unknown> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json' || request.headers['content-encoding'] !== undefined) {
    throw new AdminProblem('not-json', 'Send Content-Type: application/json, without Content-Encoding.');
  }
  const tooLarge = new AdminProblem('too-large', advice ?? `The body may have at most ${maxBytes} bytes.`);
  const mostBytes = Number(request.headers['content-length'] ?? maxBytes);
  if (mostBytes > maxBytes) throw tooLarge;
  const share = bodies.share();
  if (!share.mayTake(mostBytes)) throw new AdminProblem('busy', 'Too many large files are being uploaded.');
  share.giveBackAfter(response);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return parsedJson(Buffer.concat(chunks));
}

/** In UTF-8, a NUL or half a surrogate pair can stand in JSON only as an escape. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f])/i;

function parsedJson(bytes: Buffer): unknown {
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    throw new AdminProblem('invalid-request', 'The body is not JSON in UTF-8.');
  }
  return UNSTORABLE_ESCAPE.test(text) ? storable(json) : json;
}
