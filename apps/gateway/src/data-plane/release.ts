/** Gives the caller an answer whose OUTCOME is committed: at once if it is buffered, else streamed with back-pressure. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { EndEvent } from '@gatehouse/domain/audit/audit';
import { headerValue } from '@gatehouse/domain/input/framing';
import { retryAfterS } from '@gatehouse/domain/policy/rate-limit';
import type { ReleasableAnswer } from './attempt/attempt.js';
import { scanAnswer } from './attempt/answer-scan.js';
import { downstreamHeaders } from './attempt/headers.js';
import { isJson, JsonEnd } from './attempt/json-end.js';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';
import { endOf } from './record.js';

export async function release(
  deps: PlaneDeps,
  exchange: Exchange,
  answer: ReleasableAnswer,
  response: ServerResponse,
): Promise<void> {
  exchange.status = answer.status;
  const headers = downstreamHeaders(answer.headers);
  headers.push(['X-Correlation-ID', exchange.correlationId], ['Gatehouse-Attempt-Id', answer.attempt.id]);
  if (exchange.rateRemaining !== null)
    headers.push(['Gatehouse-Rate-Remaining', String(exchange.rateRemaining)]);
  if (exchange.diagnosis !== null) headers.push(['Gatehouse-Diagnosis', exchange.diagnosis]);
  if (answer.status >= 400) headers.push(['Gatehouse-Error-Source', 'upstream']);
  // APIM's 429 names no time (docs/reference/protocol-facts.md §1.6).
  if (answer.status === 429) {
    const retryAfter = headerValue(answer.headers, 'retry-after') ?? null;
    setHeader(headers, 'Retry-After', String(retryAfterS(retryAfter)));
  }
  const contentLength = headerValue(answer.headers, 'content-length');
  // e-RS may answer before it has the whole file. What is still arriving could be taken for the next request.
  if (!response.req.complete) {
    headers.push(['Connection', 'close']);
    response.once('finish', () => response.req.socket.destroySoon());
  }

  if (answer.body !== null) {
    const length = exchange.method === 'HEAD' ? contentLength : String(answer.body.length);
    if (length !== undefined) headers.push(['Content-Length', length]);
    response.writeHead(answer.status, headers.flat());
    response.setTimeout(deps.writeStallMs, () => response.destroy());
    response.end(answer.body);
    exchange.responseBytes = answer.body.length;
    return;
  }
  if (contentLength !== undefined) headers.push(['Content-Length', contentLength]);
  response.writeHead(answer.status, headers.flat());
  await streamBody(deps, exchange, answer, response);
}

function setHeader(headers: [string, string][], name: string, value: string): void {
  const index = headers.findIndex(([present]) => present === name);
  if (index === -1) headers.push([name, value]);
  else headers[index] = [name, value];
}

/**
 * If the answer breaks off, the caller's connection is destroyed, so that the caller can't take the answer for complete.
 * END records how many bytes were released, and whether that was all of them.
 */
async function streamBody(
  deps: PlaneDeps,
  exchange: Exchange,
  answer: ReleasableAnswer,
  response: ServerResponse,
): Promise<void> {
  const hash = createHash('sha256');
  const scan = scanAnswer({
    token: answer.attempt.token?.value ?? null,
    contentEncoding: headerValue(answer.headers, 'content-encoding'),
    jsonEnd: answer.endsWithConnection && isJson(answer.headers) ? new JsonEnd() : null,
  });
  const write = async (chunks: readonly Buffer[]): Promise<void> => {
    for (const chunk of chunks) {
      hash.update(chunk);
      exchange.responseBytes += chunk.length;
      if (!response.write(chunk)) await drained(response, deps.writeStallMs);
      deps.killPoint('mid-stream');
    }
  };
  let delivery: EndEvent['delivery'] = 'aborted';
  try {
    for await (const chunk of answer.stream) await write(await scan.push(chunk));
    await write(await scan.end());
    response.end();
    delivery = 'complete';
  } catch (error) {
    answer.discard();
    response.destroy();
    deps.log.warn({ err: error, attemptId: answer.attempt.id }, 'answer broken off');
  }
  const event = endOf(deps, exchange, answer, delivery, hash);
  // The caller has its answer already, so END may wait for the audit trail as long as this process lives.
  deps.audit.end(event).catch((error: unknown) => {
    deps.log.error({ err: error, attemptId: answer.attempt.id }, 'END was not recorded');
  });
}

/** Resolves when the caller has read what was written; rejects if it disconnects or stalls. */
function drained(response: ServerResponse, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      clearTimeout(timer);
      response.off('drain', onDrain).off('close', onClose);
      if (error === null) resolve();
      else reject(error);
    };
    const onDrain = (): void => {
      settle(null);
    };
    const onClose = (): void => {
      settle(new Error('the caller disconnected'));
    };
    const timer = setTimeout(() => {
      settle(new Error('the caller reads too slowly'));
    }, stallMs);
    response.once('drain', onDrain).once('close', onClose);
    if (response.destroyed) onClose();
  });
}
