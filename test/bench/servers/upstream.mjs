// e-RS reduced to one answer, so that only the server in front of it is measured: `node upstream.mjs DELAY_MS`. It reads
// requests from the bare socket, because it shares a core with the load generator and must never be what limits it.
import { createServer } from 'node:net';

const delayMs = Number(process.argv[2] ?? 0);
const BODY = JSON.stringify({
  resourceType: 'CodeSystem',
  concept: Array.from({ length: 12 }, (_, n) => ({
    code: `SPECIALTY-${n}`,
    display: `Specialty number ${n}`,
  })),
});
const STREAM_BYTES = 50 * 1_048_576;
const STREAM = Buffer.alloc(64 * 1_024, 'x');

/** @param body null for an answer of 50 MiB */
const headOf = (body, type, correlationId) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body?.length ?? STREAM_BYTES}\r\n` +
  `X-Correlation-ID: ${correlationId}\r\nX-Request-ID: 00000000-0000-4000-8000-000000000000\r\n\r\n`;

function answer(socket, head) {
  const [, correlationId = ''] = /\r\nx-correlation-id: *([^\r]*)/i.exec(head) ?? [];
  if (head.includes('/Binary/')) return void stream(socket, correlationId);
  const text = headOf(BODY, 'application/fhir+json', correlationId) + BODY;
  if (delayMs === 0) socket.write(text);
  else setTimeout(() => socket.writable && socket.write(text), delayMs);
}

/** As fast as the other side reads. */
function stream(socket, correlationId) {
  socket.write(headOf(null, 'application/pdf', correlationId));
  let left = STREAM_BYTES / STREAM.length;
  const more = () => {
    while (left > 0 && socket.writable) {
      left -= 1;
      if (!socket.write(STREAM)) return void socket.once('drain', more);
    }
  };
  more();
}

const server = createServer({ noDelay: true }, (socket) => {
  let head = '';
  const read = (chunk) => {
    head += chunk.latin1Slice();
    for (let end = head.indexOf('\r\n\r\n'); end >= 0; end = head.indexOf('\r\n\r\n')) {
      answer(socket, head.slice(0, end + 2));
      head = head.slice(end + 4);
    }
  };
  socket.on('data', read);
  // A client that goes away is no fault.
  socket.on('error', () => undefined);
});
server.listen(0, '127.0.0.1', 4_096, () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
