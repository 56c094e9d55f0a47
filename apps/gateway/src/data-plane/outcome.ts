/** Our own refusals as FHIR OperationOutcomes, in the profile of the path they were asked on. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayError } from '@gatehouse/domain/errors';
import type { Exchange } from './exchange.js';

/** Our own coding system, so that nobody takes our codes for e-RS's. */
export const ERROR_SYSTEM = 'urn:gatehouse:error-code';

const STU3_PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1';
const R4_PROFILE = 'https://www.hl7.org/fhir/R4/operationoutcome.html';

export function operationOutcome(error: GatewayError, target: string): object {
  const { publicText, whatToDo, whoActs } = error.entry;
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

/** Headers of an answer of ours. */
export function refusalHeaders(
  error: GatewayError,
  correlationId: string,
  attemptId: string | null,
): Record<string, string> {
  return {
    'Content-Type': 'application/fhir+json',
    'Cache-Control': 'no-store',
    'X-Correlation-ID': correlationId,
    'Gatehouse-Error-Source': 'gateway',
    // In the body too, but a refused HEAD has none.
    'Gatehouse-Error-Code': error.code,
    ...(attemptId === null ? {} : { 'Gatehouse-Attempt-Id': attemptId }),
    // RFC 9110: every 401 names the scheme it wants; what knows more about it says more.
    ...(error.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="gatehouse"' } : {}),
    ...(error.retryAfterS === undefined ? {} : { 'Retry-After': String(error.retryAfterS) }),
    ...(error.options.delivery === undefined ? {} : { 'Gatehouse-Delivery': error.options.delivery }),
    ...error.options.headers,
  };
}

const poisoned = new WeakSet<Socket>();

/** To be called at once, before another request of the same packet is looked at. */
export function poisonIfUnclear(error: GatewayError, socket: Socket): void {
  if (error.code === 'GW_FRAMING' || error.code === 'GW_TIMEOUT') poisoned.add(socket);
}

/** True for a connection on which a message was refused whose end can't be trusted. */
export function isPoisoned(socket: Socket): boolean {
  return poisoned.has(socket);
}

/** Answers with the refusal. A request whose framing or body can't be trusted takes its connection with it. */
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
  const unread = !request.complete;
  if (isPoisoned(request.socket) || unread) headers['Connection'] = 'close';
  headers['Content-Length'] = String(body.length);
  exchange.responseBytes = body.length;
  response.writeHead(error.status, headers);
  response.end(exchange.method === 'HEAD' ? undefined : body);
  // Half a request is on its way: nothing after it on this connection can be told from the rest of it.
  if (unread) response.once('finish', () => request.socket.destroySoon());
}
