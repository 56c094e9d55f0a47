import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../wire/exchange.js';
import { bodyBytes, headerOf, NO_BYTES, withoutHeader, type HeaderList, type Reply } from '../wire/reply.js';
import { send } from '../wire/send.js';
import type { Fault } from './fault.js';
import { pump } from './pump.js';

/** Sends or withholds the answer to a request that has a fault. Broken framing is written to the socket directly. */
export function deliverFaulty(
  response: ServerResponse,
  exchange: Exchange,
  reply: Reply | undefined,
  fault: Fault,
  finish: (status: number) => void,
): void {
  const { socket } = response;
  if (socket === null || socket.destroyed) {
    finish(0);
    return;
  }
  if (fault.rawResponseBase64 !== undefined) {
    finish(0);
    socket.end(Buffer.from(fault.rawResponseBase64, 'base64'));
    return;
  }
  if (reply === undefined) {
    finish(0);
    if (fault.hang !== true) reset(socket);
    return;
  }
  const framed = frame(reply, fault);
  if (framed === undefined) {
    send(response, reply, finish);
    return;
  }
  finish(reply.status);
  socket.write(framed.head);
  if (fault.stallAfterHeaders === true) return;
  pump(socket, exchange.method === 'HEAD' ? [] : framed.chunks, {
    ...(fault.resetAtByte === undefined ? {} : { stopAfterBytes: fault.resetAtByte }),
    ...(fault.dripBytesPerSecond === undefined ? {} : { bytesPerSecond: fault.dripBytesPerSecond }),
    whenStopped: () => reset(socket),
    whenDone: () => socket.end(),
  });
}

/** The head and the body, framed as the fault says; undefined if the answer can be sent normally. */
function frame(reply: Reply, fault: Fault): { head: string; chunks: Iterable<Buffer> } | undefined {
  const bytes = bodyBytes(reply);
  const chunks =
    reply.body === undefined ? [NO_BYTES] : Buffer.isBuffer(reply.body) ? [reply.body] : reply.body.chunks();
  const withLength = (length: number): HeaderList => [['Content-Length', String(length)]];
  switch (fault.scenario) {
    case 'hdr-crlf':
      return {
        head: head(reply, [['X-Note', 'one\r two\nSet-Cookie: injected=1'], ...withLength(bytes)]),
        chunks,
      };
    case 'te-cl':
      return {
        head: head(reply, [...withLength(bytes), ['Transfer-Encoding', 'chunked']]),
        chunks: chunked(chunks, true),
      };
    case 'extra-bytes':
      return {
        head: head(reply, withLength(bytes)),
        chunks: [...chunks, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL')],
      };
    case 'content-length-longer':
      return { head: head(reply, withLength(bytes + 10)), chunks };
    case 'content-length-shorter':
      return { head: head(reply, withLength(Math.max(0, bytes - 10))), chunks };
    case 'chunked-no-end':
      return { head: head(reply, [['Transfer-Encoding', 'chunked']]), chunks: chunked(chunks, false) };
    default:
      if (
        fault.resetAtByte === undefined &&
        fault.dripBytesPerSecond === undefined &&
        fault.stallAfterHeaders !== true
      )
        return undefined;
      return { head: head(reply, withLength(bytes)), chunks };
  }
}

function head(reply: Reply, framing: HeaderList): string {
  const headers = [
    ...withoutHeader(withoutHeader(reply.headers, 'content-length'), 'date'),
    ...framing,
    ['Date', headerOf(reply.headers, 'date') ?? new Date().toUTCString()],
    ['Connection', 'close'],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? 'Unknown'}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

function* chunked(chunks: Iterable<Buffer>, terminated: boolean): Iterable<Buffer> {
  for (const chunk of chunks) {
    if (chunk.length > 0)
      yield Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
  }
  if (terminated) yield Buffer.from('0\r\n\r\n');
}

/** Closes a plain TCP socket with RST. A TLS socket has no such call and is destroyed. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}
