/** Sends one attempt to e-RS and reads its answer: buffered if it is small or must be read, else streamed. */
import { type ErrorCode, GatewayError } from '@gatehouse/domain/errors';
import { MAX_WORKLIST_BYTES } from '@gatehouse/domain/ers/worklist';
import { headerValue } from '@gatehouse/domain/input/framing';
import type { HttpAnswer } from '../../adapters/nhs/http-answer.js';
import { bodyFault, HttpCallError, type HttpFault } from '../../adapters/nhs/http-fault.js';
import { type Attempt, AttemptFailure, type Call, type ReceivedAnswer } from './attempt.js';
import { isJson, isWholeJson } from './json-end.js';
import { readUpTo } from './read-body.js';
import { isGzip, Unpacker } from './unpacker.js';

const BODY_START_BYTES = 4_096;
const MAX_BUFFERED_BYTES = 1_048_576;

/** For the log. */
const DETAILS: Readonly<Record<HttpFault, string>> = {
  'not-sent': 'no connection',
  tls: 'the TLS handshake failed',
  timeout: 'no answer in time',
  broken: 'the connection broke before the answer',
  protocol: 'the answer is not HTTP',
};

/**
 * @param signal ends the call
 * @param departAgain asked when the first byte could leave; null if it may
 * @throws AttemptFailure
 */
export async function forward(
  call: Call,
  attempt: Attempt,
  signal: AbortSignal,
  departAgain: () => Promise<void> | null,
): Promise<ReceivedAnswer> {
  const { operation } = call.admitted.matched;
  const answer = await send(call, attempt, signal, departAgain);
  const { status, headers, isBodyless, endsWithConnection } = answer;
  const discard = (): void => {
    answer.body.on('error', () => undefined).destroy();
  };
  const echoesToken = (text: Buffer | string): boolean =>
    attempt.token !== null && text.includes(attempt.token.value);
  const isInHead = headers.some(([, value]) => echoesToken(value));
  const head = { status, headers, endsWithConnection, discard };
  const streamed = { ...head, body: null, bodyStart: '', echoesToken: isInHead, stream: answer.body };

  const isWorklist = operation.subject.from === 'worklist answer';
  const length = Number(headerValue(headers, 'content-length') ?? NaN);
  const take = (bytes: number): void => {
    if (operation.readOnly) call.exchange.bodies.take(bytes);
    else call.exchange.bodies.takeAlways(bytes);
  };
  const mustBeRead = isBodyless || isWorklist || endsWithConnection;
  try {
    if (!isBodyless && length !== 0) requireKnownCoding(answer, isWorklist);
    if (!mustBeRead && !(length <= MAX_BUFFERED_BYTES)) return streamed;
    // Room for a worklist was taken before the call was made.
    if (!isBodyless && !isWorklist) take(Number.isNaN(length) ? MAX_BUFFERED_BYTES : length);
    const read = await readUpTo(answer.body, isWorklist ? MAX_WORKLIST_BYTES : MAX_BUFFERED_BYTES);
    if (read.whole === null) {
      if (isWorklist || !endsWithConnection) throw new BodyTooLarge();
      return { ...streamed, stream: read.stream };
    }
    const text = await unpacked(read.whole, answer);
    if (text !== read.whole) take(text.length);
    if (endsWithConnection && isJson(headers) && !isWholeJson(text)) throw new BodyUnreadable();
    const bodyStart = text.subarray(0, BODY_START_BYTES).toString('latin1');
    return { ...streamed, body: read.whole, bodyStart, echoesToken: isInHead || echoesToken(text) };
  } catch (error) {
    discard();
    throw brokenBody(error, operation.readOnly, answer);
  }
}

/** @throws AttemptFailure */
async function send(
  { deps, admitted }: Call,
  attempt: Attempt,
  signal: AbortSignal,
  beforeSending: () => Promise<void> | null,
): Promise<HttpAnswer> {
  const { method, readOnly } = admitted.matched.operation;
  const { upload } = admitted;
  attempt.sentMs = deps.clock.monotonicNow();
  try {
    return await attempt.seat.send({
      method,
      path: admitted.path,
      headers: attempt.headers,
      body: upload === null ? admitted.body : () => upload.read(),
      // Waiting for a write as long as APIM may take leaves the fewest unknown outcomes.
      headersMs: readOnly ? deps.readHeadersMs : deps.totalMs,
      signal,
      beforeSending,
    });
  } catch (error) {
    if (error instanceof AttemptFailure) throw error;
    throw sendFailure(error, readOnly);
  }
}

function callerFailure({ code, options }: GatewayError): AttemptFailure {
  return new AttemptFailure('UNKNOWN', new GatewayError(code, { ...options, delivery: 'unknown' }), null);
}

class BodyTooLarge extends Error {}
class BodyUnreadable extends Error {}

/** @throws BodyUnreadable if the body is packed in a way that was not asked for, as a worklist never may be */
function requireKnownCoding({ headers }: HttpAnswer, isWorklist: boolean): void {
  const coding = headerValue(headers, 'content-encoding') ?? 'identity';
  const isKnown = /^identity$/i.test(coding) || (isGzip(coding) && !isWorklist);
  if (!isKnown) throw new BodyUnreadable();
}

/**
 * The body as text that can be searched.
 * @throws BodyUnreadable if it is cut off, damaged or a bomb
 */
async function unpacked(body: Buffer, { headers }: HttpAnswer): Promise<Buffer> {
  if (body.length === 0 || !isGzip(headerValue(headers, 'content-encoding'))) return body;
  try {
    const unpacker = new Unpacker();
    return Buffer.concat([await unpacker.write(body), await unpacker.end()]);
  } catch (cause) {
    throw new BodyUnreadable(undefined, { cause });
  }
}

/** What the caller gets, but for a write whose outcome nobody knows. */
const CODES: Readonly<Record<HttpFault, ErrorCode>> = {
  'not-sent': 'GW_UPSTREAM_UNREACHABLE',
  tls: 'GW_UPSTREAM_TLS',
  timeout: 'GW_UPSTREAM_TIMEOUT',
  protocol: 'GW_UPSTREAM_PROTOCOL',
  broken: 'GW_UPSTREAM_INCOMPLETE',
};

function sendFailure(cause: unknown, readOnly: boolean): AttemptFailure {
  const fault = cause instanceof HttpCallError ? cause.fault : 'broken';
  // Of a file that the caller did not send whole, e-RS has the beginning.
  if (cause instanceof HttpCallError && cause.cause instanceof GatewayError)
    return callerFailure(cause.cause);
  const detail = DETAILS[fault];
  const refusal = new GatewayError(CODES[fault], { detail, cause });
  if (fault === 'tls') return new AttemptFailure('NOT_SENT', refusal, null);
  if (fault === 'not-sent') return new AttemptFailure('NOT_SENT', refusal, readOnly ? 'passing fault' : null);
  if (!readOnly) return deliveryUnknown(detail, cause, null);
  return new AttemptFailure('FAILED', refusal, fault === 'broken' ? 'passing fault' : null);
}

function brokenBody(cause: unknown, readOnly: boolean, { status }: HttpAnswer): AttemptFailure {
  const [fault, detail] = faultOfBody(cause);
  if (!readOnly) return deliveryUnknown(detail, cause, status);
  if (cause instanceof GatewayError) return new AttemptFailure('FAILED', cause, null, status);
  return new AttemptFailure('FAILED', new GatewayError(CODES[fault], { detail, cause }), null, status);
}

function faultOfBody(cause: unknown): readonly [HttpFault, detail: string] {
  if (cause instanceof BodyTooLarge) return ['protocol', 'the body is too large'];
  if (cause instanceof BodyUnreadable) return ['protocol', 'the body can’t be read'];
  const fault = bodyFault(cause);
  if (fault === 'protocol') return [fault, DETAILS.protocol];
  return [fault, fault === 'timeout' ? 'the body stopped arriving' : 'the body broke off'];
}

function deliveryUnknown(detail: string, cause: unknown, upstreamStatus: number | null): AttemptFailure {
  const refusal = new GatewayError('GW_DELIVERY_UNKNOWN', { detail, cause, delivery: 'unknown' });
  return new AttemptFailure('UNKNOWN', refusal, null, upstreamStatus);
}
