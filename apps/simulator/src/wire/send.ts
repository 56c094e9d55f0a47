import type { ServerResponse } from 'node:http';
import { bodyBytes, type Reply } from './reply.js';

/** Sends an answer unchanged. */
export function send(response: ServerResponse, reply: Reply, finish: (status: number) => void): void {
  // Recorded first: a client that has the answer must find it in the record.
  finish(reply.status);
  const flat: string[] = [];
  for (const [name, value] of reply.headers) flat.push(name, value);
  // 204 and 304 have no length. The answer to HEAD has the length of the body that it leaves out.
  if (reply.status !== 204 && reply.status !== 304) flat.push('Content-Length', String(bodyBytes(reply)));
  response.writeHead(reply.status, flat);
  const { body } = reply;
  if (body === undefined || response.req.method === 'HEAD') response.end();
  else if (Buffer.isBuffer(body)) response.end(body);
  else writeChunks(response, body.chunks()[Symbol.iterator]());
}

function writeChunks(response: ServerResponse, chunks: Iterator<Buffer>): void {
  for (;;) {
    if (response.destroyed) return;
    const next = chunks.next();
    if (next.done === true) {
      response.end();
      return;
    }
    if (!response.write(next.value)) {
      response.once('drain', () => writeChunks(response, chunks));
      return;
    }
  }
}
