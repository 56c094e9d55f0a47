import type { IncomingMessage } from 'node:http';
import { NO_BYTES } from './reply.js';

/** Whether a request announces a body; if not, there is nothing to wait for. */
export function announcesBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Reads a whole body. Rejects when the client disconnects or sends more than `limitBytes`. */
export function collectBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        reject(new Error('body too large'));
        request.destroy();
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(
        chunks.length === 0
          ? NO_BYTES
          : chunks.length === 1
            ? (chunks[0] ?? NO_BYTES)
            : Buffer.concat(chunks),
      ),
    );
    request.on('error', reject);
    request.on('close', () => reject(new Error('client went away')));
  });
}
