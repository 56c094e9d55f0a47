/** A file that a caller is sending. It goes on to e-RS as it arrives and is never in memory as a whole. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { GatewayError } from '@gatehouse/domain/errors';
import type { BodyShare } from '../../listener/body-budget.js';
import { watchForBreak } from './broken-body.js';

/** Of a file for A020 (docs/reference/protocol-facts.md §2). */
const MAX_FILE_BYTES = 5_242_880;
const FILE_TIMEOUT_MS = 120_000;
/** What the streams between the two sockets hold at most. */
const BUFFER_BYTES = 262_144;

export interface Upload {
  /** As announced; the parser sees to it that no more arrive. */
  readonly bytes: number;
  /**
   * Reads the file, once. The stream fails with the caller's own fault if the file does not arrive whole: GW_TIMEOUT,
   * GW_FRAMING.
   */
  read(): Readable;
  /** In hex; null until the whole file has passed. */
  sha256(): string | null;
}

/** @throws GW_LENGTH_REQUIRED, GW_BODY_TOO_LARGE, GW_BODY_SYNTAX (empty), GW_OVERLOAD */
export function acceptUpload(request: IncomingMessage, share: BodyShare): Upload {
  const announced = request.headers['content-length'];
  if (announced === undefined) throw new GatewayError('GW_LENGTH_REQUIRED');
  const bytes = Number(announced);
  if (bytes > MAX_FILE_BYTES) throw new GatewayError('GW_BODY_TOO_LARGE');
  if (bytes === 0) throw new GatewayError('GW_BODY_SYNTAX');
  share.take(BUFFER_BYTES);
  let sha256: string | null = null;
  return {
    bytes,
    sha256: () => sha256,
    read() {
      const hash = createHash('sha256');
      const file = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          done(null, chunk);
        },
        flush(done) {
          sha256 = hash.digest('hex');
          done();
        },
      });
      // Not a pipeline: that would destroy the connection on which the caller waits for its answer.
      failWithCaller(request, file);
      return request.pipe(file);
    },
  };
}

function failWithCaller(request: IncomingMessage, file: Transform): void {
  const timer = setTimeout(() => file.destroy(new GatewayError('GW_TIMEOUT')), FILE_TIMEOUT_MS);
  const stopWatching = watchForBreak(request, (error) => file.destroy(error));
  file.once('close', () => {
    clearTimeout(timer);
    stopWatching();
  });
}
