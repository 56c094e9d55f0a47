/**
 * Reads a streamed answer before it is released: keeps our access token out of it, and breaks it off if it is not whole.
 * Bytes are released only once nothing that begins in them can be the token any more; a packed answer is unpacked beside
 * the stream, and released packed.
 */
import type { JsonEnd } from './json-end.js';
import { isGzip, Unpacker } from './unpacker.js';

/** What may be released now, and at the end what is left. Both throw if the answer must be broken off. */
export interface AnswerScan {
  push(chunk: Buffer): Promise<readonly Buffer[]>;
  end(): Promise<readonly Buffer[]>;
}

export interface ScanOptions {
  /** Ours, which must not be in the answer; null in an open environment. */
  readonly token: string | null;
  readonly contentEncoding: string | undefined;
  /** For JSON whose end must be checked, else null. */
  readonly jsonEnd: JsonEnd | null;
}

export function scanAnswer({ token, contentEncoding, jsonEnd }: ScanOptions): AnswerScan {
  const unpacker = isGzip(contentEncoding) ? new Unpacker() : null;
  const overlap = token === null ? 0 : token.length - 1;
  /** Packed chunks not released yet, each with the place in the unpacked answer at which it ends. */
  const unreleased: { readonly chunk: Buffer; readonly endsAt: number }[] = [];
  let tail: Buffer = Buffer.alloc(0);
  let scanned = 0;

  const scan = (unpacked: Buffer): void => {
    scanned += unpacked.length;
    jsonEnd?.add(unpacked);
    if (token === null) return;
    const window = Buffer.concat([tail, unpacked]);
    if (window.includes(token)) throw new Error('our access token is in the answer');
    tail = window.subarray(Math.max(0, window.length - overlap));
  };
  const released = (upTo: number): Buffer[] => {
    const ready = unreleased.findIndex(({ endsAt }) => endsAt > upTo);
    return unreleased.splice(0, ready === -1 ? unreleased.length : ready).map(({ chunk }) => chunk);
  };

  return {
    async push(chunk) {
      scan(unpacker === null ? chunk : await unpacker.write(chunk));
      unreleased.push({ chunk, endsAt: scanned });
      return released(scanned - overlap);
    },
    async end() {
      if (unpacker !== null) scan(await unpacker.end());
      if (jsonEnd?.isWhole() === false) throw new Error('the JSON is not whole');
      return released(Infinity);
    },
  };
}
