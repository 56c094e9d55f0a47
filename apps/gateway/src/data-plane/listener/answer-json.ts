/** Gatehouse's own answers on the partner listener, which are JSON and no FHIR. */
import type { ServerResponse } from 'node:http';
import type { Exchange } from '../exchange.js';
import { OF_EVERY_ANSWER } from './every-answer.js';

/** @param value undefined for an answer without a body */
export function answerJson(
  exchange: Exchange,
  response: ServerResponse,
  status: number,
  value: object | undefined,
): void {
  const body = Buffer.from(value === undefined ? '' : JSON.stringify(value));
  exchange.status = status;
  exchange.responseBytes = body.length;
  response.writeHead(status, {
    ...(value === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }),
    ...OF_EVERY_ANSWER,
    'X-Correlation-ID': exchange.correlationId,
  });
  response.end(body);
}
