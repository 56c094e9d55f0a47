/** One call to e-RS and its answer: buffered where it is known to be small or must be read, else streamed. */
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { AuditOutcome } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import { UpstreamError, type UpstreamAnswer } from '../adapters/nhs/upstream.js';
import type { Admitted } from './admit.js';
import type { Attempt } from './attempts.js';
import type { PlaneDeps } from './deps.js';

export interface Arrived {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The whole body, or null while it is still to be streamed. */
  readonly body: Buffer | null;
  readonly stream: Readable;
  /** Start of the body, unpacked where it is an error; empty for a stream. For telling known errors apart. */
  readonly bodyStart: string;
  /** Our access token is in the buffered body: it must not be released. */
  readonly echoesToken: boolean;
  /** Lets go of the rest of the answer and its connection. */
  discard(): void;
}

/** An attempt that brought no answer to release, with what audit and the caller are to be told. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly outcome: AuditOutcome;
  readonly refusal: GatewayError;
  readonly mayRetry: boolean;
  /** Status e-RS answered, null if none was seen. */
  readonly status: number | null;

  constructor(outcome: AuditOutcome, refusal: GatewayError, mayRetry: boolean, status: number | null = null) {
    super(refusal.message, { cause: refusal.options.cause });
    this.outcome = outcome;
    this.refusal = refusal;
    this.mayRetry = mayRetry;
    this.status = status;
  }
}

const LEGIBLE_BYTES = 4_096;
const MAX_BUFFERED_BYTES = 1_048_576;
/** APIM's own limit on worklists, which are read for the patients they name before they are released. */
const MAX_WORKLIST_BYTES = 10 * 1_048_576;

/** @throws AttemptFailure */
export async function forward(
  deps: PlaneDeps,
  admitted: Admitted,
  attempt: Attempt,
  deadline: AbortSignal,
): Promise<Arrived> {
  const { operation } = admitted.matched;
  const { readOnly } = operation;
  let answer: UpstreamAnswer;
  try {
    answer = await attempt.seat.send({
      method: operation.method,
      path: admitted.path,
      headers: attempt.headers,
      body: admitted.body,
      // Waiting for a write as long as APIM may take leaves the fewest unknowns.
      headersMs: readOnly ? deps.readHeadersMs : deps.totalMs,
      signal: AbortSignal.any([deadline, deps.audit.leaseLost]),
    });
  } catch (error) {
    throw failureOf(error, readOnly);
  }

  const bodyless = operation.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const length = Number(headerValue(answer.headers, 'content-length') ?? NaN);
  const worklist = operation.subject.from === 'worklist answer';
  const discard = (): void => {
    answer.body.on('error', () => undefined).destroy();
  };
  const head = { status: answer.status, headers: answer.headers, stream: answer.body, discard };
  if (!bodyless && !worklist && !(length <= MAX_BUFFERED_BYTES))
    return { ...head, body: null, bodyStart: '', echoesToken: false };

  try {
    const body = await buffer(answer.body, worklist ? MAX_WORKLIST_BYTES : MAX_BUFFERED_BYTES);
    const legible = answer.status >= 400 ? unpacked(body, answer.headers) : body;
    const echoesToken = attempt.token !== null && legible.includes(attempt.token.value);
    return { ...head, body, bodyStart: legible.subarray(0, LEGIBLE_BYTES).toString('latin1'), echoesToken };
  } catch (error) {
    discard();
    throw brokenBody(error, readOnly, answer);
  }
}

/** An error body as text can be looked for in it; what can't be unpacked within bounds stays as it is. */
function unpacked(body: Buffer, headers: UpstreamAnswer['headers']): Buffer {
  if (!headers.some(([name, value]) => name === 'content-encoding' && /gzip/i.test(value))) return body;
  try {
    return gunzipSync(body, { maxOutputLength: MAX_BUFFERED_BYTES });
  } catch {
    return body;
  }
}

class TooLarge extends Error {}

async function buffer(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function failureOf(error: unknown, readOnly: boolean): AttemptFailure {
  const told = error instanceof UpstreamError ? error.fault : 'broken';
  const fault = isMisframed(codeOf((error as Error).cause)) ? 'protocol' : told;
  const refused = (code: 'GW_UPSTREAM_UNREACHABLE' | 'GW_UPSTREAM_TLS'): GatewayError =>
    new GatewayError(code, { cause: error });
  if (fault === 'not-sent')
    return new AttemptFailure('NOT_SENT', refused('GW_UPSTREAM_UNREACHABLE'), readOnly);
  if (fault === 'tls') return new AttemptFailure('NOT_SENT', refused('GW_UPSTREAM_TLS'), false);
  if (!readOnly) return deliveryUnknown(error, null);
  switch (fault) {
    case 'timeout':
      return new AttemptFailure('FAILED', new GatewayError('GW_UPSTREAM_TIMEOUT', { cause: error }), false);
    case 'protocol':
      return new AttemptFailure('FAILED', new GatewayError('GW_UPSTREAM_PROTOCOL', { cause: error }), false);
    case 'broken':
      return new AttemptFailure('FAILED', new GatewayError('GW_UPSTREAM_INCOMPLETE', { cause: error }), true);
  }
}

function brokenBody(error: unknown, readOnly: boolean, { status, headers }: UpstreamAnswer): AttemptFailure {
  if (!readOnly) return deliveryUnknown(error, status);
  const code = codeOf(error);
  // A length that is not reached means a broken connection, unless there are chunks beside it to disagree with.
  const chunked = headers.some(([name]) => name === 'transfer-encoding');
  const misframed = code.startsWith('HPE_') || (chunked && isMisframed(code));
  const refusal =
    error instanceof TooLarge || misframed
      ? 'GW_UPSTREAM_PROTOCOL'
      : code === 'UND_ERR_BODY_TIMEOUT'
        ? 'GW_UPSTREAM_TIMEOUT'
        : 'GW_UPSTREAM_INCOMPLETE';
  return new AttemptFailure('FAILED', new GatewayError(refusal, { cause: error }), false, status);
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? '';
}

/** No HTTP, or a length beside chunks that disagrees with them (undici says so only at the end). */
function isMisframed(code: string): boolean {
  return code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

function deliveryUnknown(cause: unknown, status: number | null): AttemptFailure {
  const refusal = new GatewayError('GW_DELIVERY_UNKNOWN', { cause, delivery: 'unknown' });
  return new AttemptFailure('UNKNOWN', refusal, false, status);
}
