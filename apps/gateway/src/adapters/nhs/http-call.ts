/**
 * One HTTP request with node:http, which passes over any number of interim answers (RFC 9110, section 15.2) and lets us
 * see how far a request had come when it failed (ADR 33). No retries and no redirects.
 */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';

export interface HttpCall {
  readonly agent: HttpAgent;
  /** Scheme, host and port. */
  readonly origin: URL;
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Until the connection, with its TLS, is there; ms. */
  readonly connectMs: number;
  /** From then until the answer's headers, ms. */
  readonly headersMs: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case, in order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: IncomingMessage;
}

/**
 * How a call failed before an answer's headers were complete.
 * `not-sent`: no byte can have left. `tls`: the host's identity failed, no byte left. `timeout` and `broken`: bytes
 * may have arrived. `protocol`: what came back is not HTTP as it should be.
 */
export type HttpFault = 'not-sent' | 'tls' | 'timeout' | 'broken' | 'protocol';

export class HttpCallError extends Error {
  override readonly name = 'HttpCallError';
  readonly fault: HttpFault;
  constructor(fault: HttpFault, cause: unknown) {
    super(fault, { cause });
    this.fault = fault;
  }
}

/** An answer's body stopped arriving although somebody was reading it. */
export class BodyStalled extends Error {
  override readonly name = 'BodyStalled';
}

class HeadersTimeout extends Error {
  override readonly name = 'TimeoutError';
}

const MAX_HEADER_BYTES = 32_768;
const TLS_FAULT =
  /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO$)/;

export interface ConnectionLimits {
  readonly connections: number;
  /** How long an unused connection is kept, ms; 0 for a connection that is used once. */
  readonly keepAliveMs: number;
}

/** The connections to one origin. */
export function openAgent(origin: URL, { connections, keepAliveMs }: ConnectionLimits): HttpAgent {
  const options =
    keepAliveMs === 0
      ? { keepAlive: false, maxSockets: connections }
      : { keepAlive: true, maxSockets: connections, maxFreeSockets: connections, timeout: keepAliveMs };
  return origin.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
}

/** @throws HttpCallError */
export function sendHttp(call: HttpCall): Promise<HttpAnswer> {
  const { origin, agent, method, path, headers, signal } = call;
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    let isConnected = false;
    let answer: IncomingMessage | null = null;
    const outgoing = request({
      ...urlToHttpOptions(origin),
      ...{ agent, method, path, headers, signal, maxHeaderSize: MAX_HEADER_BYTES },
    });
    const limit = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => outgoing.destroy(new HeadersTimeout(what)), ms);
    let timer = limit(call.connectMs, 'no connection');
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      // Once the answer has begun, its reader learns of it; what comes after a whole answer is nobody's.
      if (answer?.complete === false) answer.destroy(error as Error);
      else reject(new HttpCallError(faultOf(error, isConnected, signal), error));
    };
    outgoing
      .on('socket', (socket) => {
        whenConnected(socket, outgoing.reusedSocket, () => {
          isConnected = true;
          clearTimeout(timer);
          timer = limit(call.headersMs, 'no answer');
        });
      })
      .on('response', (incoming) => {
        clearTimeout(timer);
        answer = incoming;
        resolve({
          status: incoming.statusCode ?? 0,
          headers: pairs(incoming.rawHeaders),
          body: incoming,
        });
      })
      .on('upgrade', (_incoming, socket) => {
        socket.destroy();
        clearTimeout(timer);
        reject(new HttpCallError('protocol', new Error('an unasked change of protocol')));
      })
      .on('error', fail)
      .end(call.body ?? undefined);
  });
}

/** Calls back once bytes of a request can leave: for TLS, after the host has proved its identity. */
function whenConnected(socket: Socket, isReused: boolean, callback: () => void): void {
  if (isReused) callback();
  else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', callback);
}

function faultOf(error: unknown, isConnected: boolean, signal: AbortSignal): HttpFault {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (!isConnected) return TLS_FAULT.test(code) ? 'tls' : 'not-sent';
  const isOverTime = signal.aborted && (signal.reason as Error).name === 'TimeoutError';
  if (name === 'TimeoutError' || isOverTime) return 'timeout';
  return code.startsWith('HPE_') ? 'protocol' : 'broken';
}

/** Breaks the body off when nothing arrives for this long while its reader waits. */
export function limitStalls({ body }: HttpAnswer, stallMs: number): void {
  const { socket } = body;
  let bytes = socket.bytesRead;
  let sinceMs = performance.now();
  const timer = setInterval(() => {
    const isReaderBusy = body.readableLength > 0;
    if (socket.bytesRead !== bytes || isReaderBusy) {
      bytes = socket.bytesRead;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs >= stallMs) body.destroy(new BodyStalled());
  }, stallMs / 10);
  body.once('close', () => {
    clearInterval(timer);
  });
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    list.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  return list;
}
