import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { decodeTextFile } from '@gatehouse/domain/input/text-file';
import { Failure } from './failure.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission was denied',
  EISDIR: 'it is a folder',
};

/** @throws Failure that says why the file can't be read */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable(file: string, error: unknown): Failure {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  return new Failure(`${file} can't be read: ${REASONS[code] ?? message}.`, 2);
}

/** @throws Failure that names the file and the byte that can't be decoded */
export async function readTextFile(file: string): Promise<string> {
  return textOf(file, await readBytes(file));
}

/** @throws Failure that names the file and the byte that can't be decoded */
export function textOf(file: string, bytes: Uint8Array): string {
  const { text, fault } = decodeTextFile(bytes);
  if (fault !== undefined) throw new Failure(`${file}:${fault.line}: byte ${fault.byte}: ${fault.detail}`, 2);
  return text;
}

/**
 * Opened when the first line is wanted: readline reads at once, and what nobody waits for yet is lost.
 * @throws Failure if the file can't be read
 */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if ((await handle.stat()).isDirectory()) throw unreadable(file, { code: 'EISDIR' });
  yield* createInterface({ input: handle.createReadStream({ encoding: 'utf8' }), crlfDelay: Infinity });
}
