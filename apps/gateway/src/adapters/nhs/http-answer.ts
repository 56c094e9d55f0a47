/** An answer as node:http reads it, and what node:http leaves to its caller: whether the answer is whole. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { finished, pipeline, type Readable, Transform } from 'node:stream';
import { HttpCallError } from './http-fault.js';
import { endedProperly } from '../outbound/tls-agent.js';

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case, in order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Fails if it is not whole, as far as HTTP and TLS can show that. */
  readonly body: Readable;
  /** HTTP gives such an answer no body, whatever its headers say (RFC 9112, section 6.3). */
  readonly isBodyless: boolean;
  /** Nothing but the end of the connection says where the body ends (RFC 9112, section 6.3). */
  readonly endsWithConnection: boolean;
  readonly socket: Socket;
}

/** Why an answer that node:http accepts can't be read; null if it can. */
export function headFault({ statusCode = 0, headers }: IncomingMessage): string | null {
  if (statusCode < 200) return 'an unasked change of protocol';
  const coding = headers['transfer-encoding'] ?? 'chunked';
  return coding.toLowerCase() === 'chunked' ? null : 'an unasked transfer coding';
}

export function readAnswer(method: string, incoming: IncomingMessage): HttpAnswer {
  const { statusCode: status = 0, headers, rawHeaders, socket } = incoming;
  const isBodyless = method === 'HEAD' || status === 204 || status === 304;
  const isDelimited = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const endsWithConnection = !isBodyless && !isDelimited;
  const body = endsWithConnection ? untilProperEnd(incoming) : incoming;
  return { status, headers: pairs(rawHeaders), body, isBodyless, endsWithConnection, socket };
}

/** The same body, which fails at its end if the connection was cut. */
function untilProperEnd(incoming: IncomingMessage): Readable {
  const { socket } = incoming;
  const body = new Transform({
    transform: (chunk, _encoding, done) => {
      done(null, chunk);
    },
    flush: (done) => {
      const why = new Error('the connection ended without close_notify');
      done(endedProperly(socket) ? null : new HttpCallError('broken', why));
    },
  });
  pipeline(incoming, body, () => undefined);
  return body;
}

/** Breaks the body off when nothing arrives for this long while its reader waits. */
export function limitStalls({ body, socket }: HttpAnswer, stallMs: number): void {
  let bytes = socket.bytesRead;
  let sinceMs = performance.now();
  const timer = setInterval(() => {
    const isReaderBusy = body.readableLength > 0;
    if (socket.bytesRead !== bytes || isReaderBusy) {
      bytes = socket.bytesRead;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs >= stallMs)
      body.destroy(new HttpCallError('timeout', new Error('the body stalled')));
  }, stallMs / 10);
  finished(body, () => {
    clearInterval(timer);
  });
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    list.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  return list;
}
