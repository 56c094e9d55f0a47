/**
 * One HTTP request with node:http, which passes over interim answers (RFC 9110, section 15.2) and lets us see how far a
 * request had come when it failed (ADR 33). No retries and no redirects.
 */
import {
  type AgentOptions,
  Agent as HttpAgent,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { OutboundProxy } from '../outbound/outbound-proxy.js';
import { TlsAgent } from '../outbound/tls-agent.js';
import { type HttpAnswer, headFault, readAnswer } from './http-answer.js';
import { callFault, HttpCallError } from './http-fault.js';

export interface HttpCall {
  readonly agent: HttpAgent;
  /** Scheme, host and port. */
  readonly origin: URL;
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is opened when it is sent. One that fails ends the call, and its error is the cause. */
  readonly body: Buffer | (() => Readable) | null;
  /** Until the connection, with its TLS, is there; ms. */
  readonly connectMs: number;
  /** From then until the answer's headers, ms. */
  readonly headersMs: number;
  readonly signal: AbortSignal;
  /**
   * Called once bytes can leave, before the first. Null: send now; otherwise send after that, or not at all if it
   * rejects, and then its error is what the call throws.
   */
  readonly beforeSending?: () => Promise<void> | null;
}

class HeadersTimeout extends Error {
  override readonly name = 'TimeoutError';
}

const MAX_HEADER_BYTES = 32_768;
/** Far more than any server sends, and few enough that they can't hold up other calls (law 11). */
const MAX_INTERIM_ANSWERS = 1_000;

/** The connections to one origin; those with TLS go through the outbound proxy if there is one. */
export function openAgent(origin: URL, options: AgentOptions, proxy: OutboundProxy | null): HttpAgent {
  return origin.protocol === 'https:' ? new TlsAgent(options, proxy) : new HttpAgent(options);
}

/** @throws HttpCallError */
export function sendHttp(call: HttpCall): Promise<HttpAnswer> {
  const { origin, agent, method, path, headers, signal } = call;
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    let isConnected = false;
    let interimAnswers = 0;
    let answer: IncomingMessage | null = null;
    const outgoing = request({
      ...urlToHttpOptions(origin),
      ...{ agent, method, path, headers, signal, maxHeaderSize: MAX_HEADER_BYTES },
    });
    // Node would drop headers beyond the 2,000th without a word. Their size is limited already.
    outgoing.maxHeadersCount = 0;
    const limit = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => outgoing.destroy(new HeadersTimeout(what)), ms);
    let timer = limit(call.connectMs, 'no connection');
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      const failure = new HttpCallError(callFault(error, isConnected, signal), error);
      // Once the answer has begun, its reader learns of it; what comes after a whole answer is nobody's.
      if (answer?.complete === false) answer.destroy(failure);
      else reject(failure);
    };
    const refuse = (why: string): void => {
      clearTimeout(timer);
      reject(new HttpCallError('protocol', new Error(why)));
      outgoing.destroy();
    };
    /** From here on bytes may have left. */
    const begin = (): void => {
      if (outgoing.destroyed) return;
      isConnected = true;
      timer = limit(call.headersMs, 'no answer');
      if (typeof call.body !== 'function') {
        outgoing.end(call.body ?? undefined);
        return;
      }
      // Without this, the call would leave only when the sender of the body sends its first byte.
      outgoing.flushHeaders();
      pipeline(call.body(), outgoing, (error) => error && fail(error));
    };
    const abandon = (error: Error): void => {
      reject(error);
      outgoing.destroy();
    };
    outgoing
      .on('socket', (socket) => {
        whenConnected(socket, () => {
          clearTimeout(timer);
          const wait = call.beforeSending?.() ?? null;
          if (wait === null) begin();
          else wait.then(begin, abandon);
        });
      })
      .on('information', () => {
        interimAnswers += 1;
        if (interimAnswers > MAX_INTERIM_ANSWERS) refuse('too many interim answers');
      })
      .on('response', (incoming) => {
        // The bytes that were refused may have held an answer as well.
        if (outgoing.destroyed) return;
        const fault = headFault(incoming);
        if (fault !== null) return refuse(fault);
        clearTimeout(timer);
        answer = incoming;
        resolve(readAnswer(method, incoming));
      })
      .on('upgrade', (_incoming, socket) => {
        socket.destroy();
        refuse('an unasked change of protocol');
      })
      .on('error', fail);
  });
}

/** Calls back once bytes of a request can leave: for TLS, after the host has proved its identity. */
function whenConnected(socket: Socket, callback: () => void): void {
  const isTls = socket instanceof TLSSocket;
  if (isTls ? socket.authorized : !socket.connecting) callback();
  else socket.once(isTls ? 'secureConnect' : 'connect', callback);
}
