/** Sends one attempt to e-RS and reads its answer: buffered if it is known to be small or must be read, else streamed. */
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip as gunzipWithCallback } from 'node:zlib';
import { type ErrorCode, GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import { UpstreamError, type UpstreamAnswer } from '../../adapters/nhs/upstream.js';
import { type Attempt, AttemptFailure, type Call, type ReceivedAnswer } from './attempt.js';

const gunzip = promisify(gunzipWithCallback);

const BODY_START_BYTES = 4_096;
const MAX_UNPACKED_RATIO = 20;
const MAX_BUFFERED_BYTES = 1_048_576;
/** APIM's own limit. Worklists are read before they are released, for the patients that they name. */
const MAX_WORKLIST_BYTES = 10 * 1_048_576;

/** @throws AttemptFailure */
export async function forward(call: Call, attempt: Attempt): Promise<ReceivedAnswer> {
  const { operation } = call.admitted.matched;
  const answer = await send(call, attempt);
  const discard = (): void => {
    answer.body.on('error', () => undefined).destroy();
  };
  const head = { status: answer.status, headers: answer.headers, stream: answer.body, discard };

  const isBodyless = operation.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const isWorklist = operation.subject.from === 'worklist answer';
  const length = Number(headerValue(answer.headers, 'content-length') ?? NaN);
  const echoesToken = (text: Buffer | string): boolean =>
    attempt.token !== null && text.includes(attempt.token.value);
  const isInHead = answer.headers.some(([, value]) => echoesToken(value));
  if (!isBodyless && !isWorklist && !(length <= MAX_BUFFERED_BYTES))
    return { ...head, body: null, bodyStart: '', echoesToken: isInHead };

  try {
    const body = await buffer(answer.body, isWorklist ? MAX_WORKLIST_BYTES : MAX_BUFFERED_BYTES);
    const text = isBodyless ? body : await unpacked(body, headerValue(answer.headers, 'content-encoding'));
    const bodyStart = text.subarray(0, BODY_START_BYTES).toString('latin1');
    return { ...head, body, bodyStart, echoesToken: isInHead || echoesToken(text) };
  } catch (error) {
    discard();
    throw brokenBody(error, operation.readOnly, answer);
  }
}

/** @throws AttemptFailure */
async function send({ deps, admitted, deadline }: Call, attempt: Attempt): Promise<UpstreamAnswer> {
  const { method, readOnly } = admitted.matched.operation;
  try {
    return await attempt.seat.send({
      method,
      path: admitted.path,
      headers: attempt.headers,
      body: admitted.body,
      // Waiting for a write as long as APIM may take leaves the fewest unknown outcomes.
      headersMs: readOnly ? deps.readHeadersMs : deps.totalMs,
      signal: AbortSignal.any([deadline, deps.audit.leaseLost]),
    });
  } catch (error) {
    throw sendFailure(error, readOnly);
  }
}

class BodyTooLarge extends Error {}
class BodyUnreadable extends Error {}

/**
 * The body as text that can be searched.
 * @throws BodyUnreadable if it is cut off, damaged, packed in a way that was not asked for, or a bomb
 */
async function unpacked(body: Buffer, contentEncoding = 'identity'): Promise<Buffer> {
  if (/^identity$/i.test(contentEncoding) || body.length === 0) return body;
  if (!/^(?:x-)?gzip$/i.test(contentEncoding)) throw new BodyUnreadable();
  try {
    return await gunzip(body, {
      maxOutputLength: Math.max(MAX_BUFFERED_BYTES, MAX_UNPACKED_RATIO * body.length),
    });
  } catch (cause) {
    throw new BodyUnreadable(undefined, { cause });
  }
}

async function buffer(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function sendFailure(cause: unknown, readOnly: boolean): AttemptFailure {
  const reportedFault = cause instanceof UpstreamError ? cause.fault : 'broken';
  const fault = isMisframed(codeOf((cause as Error).cause)) ? 'protocol' : reportedFault;
  const refusal = (code: ErrorCode): GatewayError => new GatewayError(code, { cause });
  if (fault === 'not-sent') {
    const retry = readOnly ? 'passing fault' : null;
    return new AttemptFailure('NOT_SENT', refusal('GW_UPSTREAM_UNREACHABLE'), retry);
  }
  if (fault === 'tls') return new AttemptFailure('NOT_SENT', refusal('GW_UPSTREAM_TLS'), null);
  if (!readOnly) return deliveryUnknown(cause, null);
  switch (fault) {
    case 'timeout':
      return new AttemptFailure('FAILED', refusal('GW_UPSTREAM_TIMEOUT'), null);
    case 'protocol':
      return new AttemptFailure('FAILED', refusal('GW_UPSTREAM_PROTOCOL'), null);
    case 'broken':
      return new AttemptFailure('FAILED', refusal('GW_UPSTREAM_INCOMPLETE'), 'passing fault');
  }
}

function brokenBody(cause: unknown, readOnly: boolean, { status, headers }: UpstreamAnswer): AttemptFailure {
  if (!readOnly) return deliveryUnknown(cause, status);
  const code = codeOf(cause);
  // A body shorter than its Content-Length means a broken connection, unless it also came in chunks.
  const isChunked = headers.some(([name]) => name === 'transfer-encoding');
  const misframed = code.startsWith('HPE_') || (isChunked && isMisframed(code));
  const refusalCode =
    cause instanceof BodyTooLarge || cause instanceof BodyUnreadable || misframed
      ? 'GW_UPSTREAM_PROTOCOL'
      : code === 'UND_ERR_BODY_TIMEOUT'
        ? 'GW_UPSTREAM_TIMEOUT'
        : 'GW_UPSTREAM_INCOMPLETE';
  return new AttemptFailure('FAILED', new GatewayError(refusalCode, { cause }), null, status);
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? '';
}

/** Not HTTP, or a Content-Length that disagrees with the chunks beside it (undici reports this only at the end). */
function isMisframed(code: string): boolean {
  return code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

function deliveryUnknown(cause: unknown, upstreamStatus: number | null): AttemptFailure {
  const refusal = new GatewayError('GW_DELIVERY_UNKNOWN', { cause, delivery: 'unknown' });
  return new AttemptFailure('UNKNOWN', refusal, null, upstreamStatus);
}
