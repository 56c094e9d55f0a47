import type { KeyObject } from 'node:crypto';
import { Failure } from '../failure.js';
import { readTextFile } from '../files.js';
import { readPublicKeys } from './checkpoints.js';

/** @throws Failure if the file can't be read or has no public key */
export async function readKeyFile(file: string): Promise<KeyObject[]> {
  const pem = await readTextFile(file);
  try {
    return readPublicKeys(pem);
  } catch (error) {
    throw new Failure(`${file}: ${error instanceof Error ? error.message : String(error)}.`, 2);
  }
}
