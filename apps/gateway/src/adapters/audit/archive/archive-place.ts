/** Stores the objects of an archive compressed, and compares what a place has with what was to be stored. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ArchiveObject } from '@gatehouse/domain/audit/archive/archive-manifest';
import { type Place, PlaceConflict } from '../checkpoints/place.js';

const compress = promisify(gzip);
const expand = promisify(gunzip);

export const sha256Of = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex');

/**
 * Stores the lines, reads them back and compares them.
 * @returns the version that the place gave them
 * @throws PlaceConflict if the place has other lines under this name
 */
export async function keepLines(
  place: Place,
  { file, bytes, sha256 }: ArchiveObject,
  text: string,
): Promise<string | null> {
  const { content, version } = await place.store(file, await compress(text));
  // Nothing longer can be equal.
  const lines = await expand(content, { maxOutputLength: bytes }).catch(() => null);
  if (lines === null || sha256Of(lines) !== sha256)
    throw new PlaceConflict(`${file} is there, and has another content`);
  return version;
}
