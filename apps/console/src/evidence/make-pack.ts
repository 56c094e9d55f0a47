/** Has the gateway make a pack, and puts the parts of its files together. */
import type { RequestOf } from '@gatehouse/contracts/routes';
import { callRouteForLines } from '../api/call-route.js';
import { NO_ANSWER, ProblemError } from '../api/problem-error.js';
import type { PackFile } from './pack-zip.js';

export interface PackProgress {
  /** “counting the requests of 2026-11-28” */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export interface Pack {
  readonly organisation: string;
  readonly from: string;
  readonly until: string;
  /** Of the manifest, hex. */
  readonly sha256: string;
  readonly files: readonly PackFile[];
}

/** @throws ProblemError if it could not be made, or not all of it has arrived */
export async function makePack(
  request: RequestOf<'evidencePackMake'>['body'],
  onProgress: (progress: PackProgress) => void,
): Promise<Pack> {
  const files = new Map<string, PackFile>();
  for await (const line of callRouteForLines('evidencePackMake', { body: request })) {
    switch (line.type) {
      case 'progress':
        onProgress(line);
        break;
      case 'file': {
        const pieces = [...(files.get(line.name)?.pieces ?? []), bytesOf(line.base64)];
        files.set(line.name, { name: line.name, pieces, size: line.size });
        break;
      }
      case 'failed':
        throw new ProblemError(NO_ANSWER, line.detail);
      case 'done': {
        const whole = [...files.values()];
        if (whole.every(isWhole)) return { ...request, sha256: line.sha256, files: whole };
      }
    }
  }
  throw new ProblemError(NO_ANSWER, 'The connection was lost before the pack was complete. Make it again.');
}

function isWhole({ pieces, size }: PackFile): boolean {
  return pieces.reduce((sum, { length }) => sum + length, 0) === size;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
