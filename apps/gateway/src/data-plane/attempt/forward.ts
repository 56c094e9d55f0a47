/** Sends one attempt to e-RS and reads its answer: buffered if it is known to be small or must be read, else streamed. */
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip as gunzipWithCallback } from 'node:zlib';
import { type ErrorCode, GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import { BodyStalled, type HttpAnswer, HttpCallError } from '../../adapters/nhs/http-call.js';
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
  const mustBeWhole = isWorklist || endsWithConnection(answer);
  if (!isBodyless && !mustBeWhole && !(length <= MAX_BUFFERED_BYTES))
    return { ...head, body: null, bodyStart: '', echoesToken: isInHead };

  try {
    const body = await buffer(answer.body, isWorklist ? MAX_WORKLIST_BYTES : MAX_BUFFERED_BYTES);
    const text = isBodyless ? body : await unpacked(body, headerValue(answer.headers, 'content-encoding'));
    if (!isBodyless && endsWithConnection(answer)) requireWhole(text, answer);
    const bodyStart = text.subarray(0, BODY_START_BYTES).toString('latin1');
    return { ...head, body, bodyStart, echoesToken: isInHead || echoesToken(text) };
  } catch (error) {
    discard();
    throw brokenBody(error, operation.readOnly, answer);
  }
}

/** @throws AttemptFailure */
async function send({ deps, admitted, deadline }: Call, attempt: Attempt): Promise<HttpAnswer> {
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

/** JSON of no announced length that is not sent in chunks: a connection that breaks looks like its end. */
function endsWithConnection({ headers }: HttpAnswer): boolean {
  const has = (name: string): boolean => headerValue(headers, name) !== undefined;
  const isJson = /json/i.test(headerValue(headers, 'content-type') ?? '');
  return isJson && !has('content-length') && !has('transfer-encoding');
}

/** @throws BodyUnreadable if the JSON is cut off; a packed body that is cut off can't be unpacked */
function requireWhole(text: Buffer, { body }: HttpAnswer): void {
  try {
    JSON.parse(text.toString('utf8'));
  } catch (cause) {
    body.destroy();
    throw new BodyUnreadable(undefined, { cause });
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
  const fault = cause instanceof HttpCallError ? cause.fault : 'broken';
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

function brokenBody(cause: unknown, readOnly: boolean, { status }: HttpAnswer): AttemptFailure {
  if (!readOnly) return deliveryUnknown(cause, status);
  const misframed = codeOf(cause).startsWith('HPE_');
  const refusalCode =
    cause instanceof BodyTooLarge || cause instanceof BodyUnreadable || misframed
      ? 'GW_UPSTREAM_PROTOCOL'
      : cause instanceof BodyStalled
        ? 'GW_UPSTREAM_TIMEOUT'
        : 'GW_UPSTREAM_INCOMPLETE';
  return new AttemptFailure('FAILED', new GatewayError(refusalCode, { cause }), null, status);
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? '';
}

function deliveryUnknown(cause: unknown, upstreamStatus: number | null): AttemptFailure {
  const refusal = new GatewayError('GW_DELIVERY_UNKNOWN', { cause, delivery: 'unknown' });
  return new AttemptFailure('UNKNOWN', refusal, null, upstreamStatus);
}
