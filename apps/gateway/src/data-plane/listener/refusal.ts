/** Gatehouse's own refusals as FHIR OperationOutcomes, in the profile of the requested path. */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayError } from '@gatehouse/domain/errors';
import type { Exchange } from '../exchange.js';
import { connectionOf } from './connection.js';
import { OF_EVERY_ANSWER } from './every-answer.js';

/** Gatehouse's own coding system, so that nobody mistakes its codes for those of e-RS. */
const ERROR_SYSTEM = 'urn:gatehouse:error-code';

const STU3_PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1';
const R4_PROFILE = 'https://www.hl7.org/fhir/R4/operationoutcome.html';

export function operationOutcome(error: GatewayError, target: string): object {
  const { publicText, whatToDo, whoActs } = error;
  const candidates = error.options.candidates?.map((candidate) => `[${candidate}]`).join(' ');
  return {
    resourceType: 'OperationOutcome',
    meta: { profile: [target.startsWith('/FHIR/R4/') ? R4_PROFILE : STU3_PROFILE] },
    issue: [
      {
        severity: 'error',
        code: error.fhirIssue,
        details: { coding: [{ system: ERROR_SYSTEM, code: error.code, display: publicText }] },
        diagnostics: [publicText, candidates, whatToDo, `Who must act: ${whoActs}.`]
          .filter(Boolean)
          .join(' '),
      },
    ],
  };
}

export function refusalHeaders(
  error: GatewayError,
  correlationId: string,
  attemptId: string | null,
): Record<string, string> {
  return {
    'Content-Type': 'application/fhir+json',
    ...OF_EVERY_ANSWER,
    'X-Correlation-ID': correlationId,
    'Gatehouse-Error-Source': 'gateway',
    // The body has it too, but the answer to a HEAD request has no body.
    'Gatehouse-Error-Code': error.code,
    ...(attemptId === null ? {} : { 'Gatehouse-Attempt-Id': attemptId }),
    // RFC 9110: every 401 names a scheme. An error that knows more about it overrides this below.
    ...(error.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="gatehouse"' } : {}),
    ...(error.retryAfterS === undefined ? {} : { 'Retry-After': String(error.retryAfterS) }),
    ...(error.options.delivery === undefined ? {} : { 'Gatehouse-Delivery': error.options.delivery }),
    ...(error.options.diagnosis === undefined ? {} : { 'Gatehouse-Diagnosis': error.options.diagnosis }),
    ...error.options.headers,
  };
}

/** Answers with the refusal. If the framing or the body of the request is unclear, the connection is closed. */
export function refuse(
  exchange: Exchange,
  error: GatewayError,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(operationOutcome(error, exchange.target)));
  const headers = refusalHeaders(error, exchange.correlationId, exchange.attemptId);
  const isUnread = !request.complete;
  if (connectionOf(request.socket).isClosing || isUnread) headers['Connection'] = 'close';
  headers['Content-Length'] = String(body.length);
  exchange.responseBytes = body.length;
  response.writeHead(error.status, headers);
  response.end(exchange.method === 'HEAD' ? undefined : body);
  // The rest of the request is still arriving and could be taken for the next one.
  if (isUnread) response.once('finish', () => request.socket.destroySoon());
}

/** Answers where the parser gave up before there was a request: the bytes are written by hand and end the connection. */
export function refuseUnparsed(socket: Socket, error: GatewayError): void {
  const body = JSON.stringify(operationOutcome(error, ''));
  const headers = {
    ...refusalHeaders(error, randomUUID(), null),
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  socket.once('finish', () => socket.destroySoon());
}
