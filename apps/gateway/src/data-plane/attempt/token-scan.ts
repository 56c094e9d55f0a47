/**
 * Keeps our access token out of a streamed answer. Bytes are released only once nothing that begins in them can be the
 * token any more; a packed answer is unpacked beside the stream, and released packed.
 */
import { createGunzip, type Gunzip } from 'node:zlib';

/** What may be released now, and at the end what is left. Both throw if the answer must be broken off. */
export interface TokenScan {
  push(chunk: Buffer): Promise<readonly Buffer[]>;
  end(): Promise<readonly Buffer[]>;
}

/** An unpacked answer larger than this many times the packed one is taken for a bomb. */
const MAX_RATIO = 20;
/** Short answers may be packed better than that. */
const RATIO_FREE_BYTES = 1_048_576;

export function scanForToken(token: string | null, contentEncoding: string | undefined): TokenScan {
  if (token === null) return { push: (chunk) => Promise.resolve([chunk]), end: () => Promise.resolve([]) };
  const unpacker = /^(?:x-)?gzip$/i.test(contentEncoding ?? '') ? new Unpacker() : null;
  const overlap = token.length - 1;
  /** Packed chunks not released yet, each with the place in the unpacked answer at which it ends. */
  const held: { readonly chunk: Buffer; readonly endsAt: number }[] = [];
  let tail: Buffer = Buffer.alloc(0);
  let scanned = 0;

  const search = (unpacked: Buffer): void => {
    const window = Buffer.concat([tail, unpacked]);
    if (window.includes(token)) throw new Error('our access token is in the answer');
    tail = window.subarray(Math.max(0, window.length - overlap));
    scanned += unpacked.length;
  };
  const released = (upTo: number): Buffer[] => {
    const ready = held.findIndex(({ endsAt }) => endsAt > upTo);
    return held.splice(0, ready === -1 ? held.length : ready).map(({ chunk }) => chunk);
  };

  return {
    async push(chunk) {
      search(unpacker === null ? chunk : await unpacker.write(chunk));
      held.push({ chunk, endsAt: scanned });
      return released(scanned - overlap);
    },
    async end() {
      if (unpacker !== null) search(await unpacker.end());
      return released(Infinity);
    },
  };
}

class Unpacker {
  private readonly gunzip: Gunzip = createGunzip();
  private output: Buffer[] = [];
  private packedBytes = 0;
  private unpackedBytes = 0;

  constructor() {
    this.gunzip.on('data', (chunk: Buffer) => {
      this.output.push(chunk);
      this.unpackedBytes += chunk.length;
      if (this.unpackedBytes > RATIO_FREE_BYTES + MAX_RATIO * this.packedBytes)
        this.gunzip.destroy(new Error('the answer unpacks to too much'));
    });
    // Reported by the call that is under way.
    this.gunzip.on('error', () => undefined);
  }

  async write(chunk: Buffer): Promise<Buffer> {
    this.packedBytes += chunk.length;
    await new Promise<void>((resolve, reject) => {
      this.gunzip.once('error', reject);
      this.gunzip.write(chunk, (error) => {
        this.gunzip.off('error', reject);
        if (error) reject(error);
        else resolve();
      });
    });
    return this.take();
  }

  /** @throws if the packed answer is cut off */
  async end(): Promise<Buffer> {
    await new Promise<void>((resolve, reject) => {
      this.gunzip.once('error', reject).once('end', resolve);
      this.gunzip.end();
    });
    return this.take();
  }

  private take(): Buffer {
    const taken = Buffer.concat(this.output);
    this.output = [];
    return taken;
  }
}
