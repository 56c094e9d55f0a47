/** One call: the request that is sent, and whether it is sent again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, answerOf } from './answer.js';
import { failureIn, GatehouseError, noAnswer } from './failure.js';
import { type CallOptions, type CallRequest, headersFor, targetFor, type Row } from './request.js';
import { pauseBeforeRetryMs, type RetryPolicy } from './retry.js';

export interface Connection {
  readonly origin: string;
  /** @throws TypeError if it isn't a key */
  readonly key: () => Promise<string>;
  readonly retry: RetryPolicy;
}

const MOST_ERROR_BYTES = 65_536;

/**
 * @throws GatehouseError if it failed for good; TypeError if the request can't be sent as it is; the reason of the
 *   signal if it was aborted
 */
export async function call(
  { origin, key, retry }: Connection,
  row: Row,
  request: CallRequest,
  options: CallOptions,
): Promise<Answer> {
  const url = origin + targetFor(row, request);
  const correlationId = options.correlationId ?? crypto.randomUUID();
  const policy = { ...retry, ...options.retry };
  const { signal } = options;
  const beganMs = performance.now();
  for (let repeated = 0; ; repeated += 1) {
    signal?.throwIfAborted();
    // Asked for each time: a workload token may have been renewed.
    const { headers, body } = headersFor(row, request, options, await key());
    headers.set('X-Correlation-ID', correlationId);
    const answer = await send(
      url,
      { method: row.method, headers, body, signal: signal ?? null },
      row,
      correlationId,
    );
    if (!(answer instanceof GatehouseError)) return answer;
    const failed = {
      reads: row.reads,
      failure: answer.failure,
      repeated,
      elapsedMs: performance.now() - beganMs,
    };
    const pauseMs = pauseBeforeRetryMs(failed, policy, Math.random());
    if (pauseMs === null) throw answer;
    await pauseFor(pauseMs, signal);
  }
}

/** @throws the reason of the signal if it was aborted */
async function send(
  url: string,
  init: RequestInit,
  { reads }: Row,
  correlationId: string,
): Promise<Answer | GatehouseError> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    if (response.status < 400) return answerOf(response, correlationId);
    const failure = failureIn(response, reads, correlationId, Date.now());
    return new GatehouseError(failure, await textOf(response));
  } catch (error) {
    init.signal?.throwIfAborted();
    return new GatehouseError(noAnswer(error, correlationId), '', error);
  }
}

/** The beginning of the body, as far as it arrives. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      bytes += chunk.length;
      if (bytes >= MOST_ERROR_BYTES) break;
    }
  } catch {
    return text;
  }
  return text;
}

/** @throws the reason of the signal if it is aborted meanwhile */
async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
