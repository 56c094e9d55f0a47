/** A pack as one ZIP, which `gatehouse verify-pack` takes as it is. */
import { zipSync } from 'fflate';

export interface PackFile {
  readonly name: string;
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  readonly size: number;
}

interface About {
  readonly organisation: string;
  readonly from: string;
  readonly until: string;
}

export const zipName = ({ organisation, from, until }: About): string =>
  `evidence-${organisation}-${from}-${until}.zip`;

export function zipOf(files: readonly PackFile[]): Uint8Array<ArrayBuffer> {
  return zipSync(Object.fromEntries(files.map((file) => [file.name, wholeOf(file)])));
}

function wholeOf({ pieces, size }: PackFile): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
