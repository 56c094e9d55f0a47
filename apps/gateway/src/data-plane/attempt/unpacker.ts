/** Unpacks a gzip answer beside the packed one, and tells whether it is whole. */
import { createGunzip, type Gunzip } from 'node:zlib';

/** An unpacked answer larger than this many times the packed one is taken for a bomb. */
const MAX_RATIO = 20;
/** Short answers may be packed better than that. */
const RATIO_FREE_BYTES = 1_048_576;

export function isGzip(contentEncoding: string | undefined): boolean {
  return /^(?:x-)?gzip$/i.test(contentEncoding ?? '');
}

export class Unpacker {
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

  /** @throws if the packed answer is cut off, or goes on after its end */
  async end(): Promise<Buffer> {
    await new Promise<void>((resolve, reject) => {
      this.gunzip.once('error', reject).once('end', resolve);
      this.gunzip.end();
    });
    if (this.gunzip.bytesWritten !== this.packedBytes)
      throw new Error('the answer goes on after its gzip ends');
    return this.take();
  }

  private take(): Buffer {
    const taken = Buffer.concat(this.output);
    this.output = [];
    return taken;
  }
}
