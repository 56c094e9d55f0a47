import { readFile } from 'node:fs/promises';
import { decodeTextFile } from '@gatehouse/domain/input/text-file';
import { Failure } from './failure.js';

/** @throws Failure that names the file, and the place of what can't be decoded */
export async function readTextFile(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Failure(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
  const { text, fault } = decodeTextFile(bytes);
  if (fault !== undefined) throw new Failure(`${file}:${fault.line}: byte ${fault.byte}: ${fault.detail}`, 2);
  return text;
}
