/** Log files of CloudTrail on this machine: gzipped JSON as it delivers them, or JSON. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type LoggedSignature, readCloudTrail } from '@gatehouse/domain/signatures/cloudtrail';
import { Failure } from '../failure.js';
import { unreadable } from '../files.js';

const unzip = promisify(gunzip);
/** CloudTrail's own are some MiB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
const MAX_SIGNATURES = 1_000_000;

export interface LogFiles {
  readonly files: number;
  readonly signatures: readonly LoggedSignature[];
  /** Files that can't be read, with the reason; they hold up no others. */
  readonly setAside: readonly { readonly file: string; readonly fault: string }[];
}

/** @throws Failure if a path can't be read, or there is no log file */
export async function readLogFiles(paths: readonly string[]): Promise<LogFiles> {
  const files = (await Promise.all(paths.map(filesIn))).flat();
  if (files.length === 0) throw new Failure('There is no log file (.json or .json.gz) there.', 2);
  const signatures: LoggedSignature[] = [];
  const setAside: { file: string; fault: string }[] = [];
  for (const file of files) {
    const read = await signaturesIn(file);
    if ('fault' in read) setAside.push({ file, fault: read.fault });
    else for (const signature of read.signatures) signatures.push(signature);
    if (signatures.length > MAX_SIGNATURES)
      throw new Failure(`There are more than ${MAX_SIGNATURES} signatures: name the files of fewer days.`, 2);
  }
  return { files: files.length, signatures, setAside };
}

/** A file, or those of a folder at any depth. Digest files, which prove the log files, are none. */
async function filesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => /\.json(?:\.gz)?$/.test(name) && !name.includes('CloudTrail-Digest'))
    .sort()
    .map((name) => join(path, name));
}

async function signaturesIn(file: string) {
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) return { fault: 'it is larger than 64 MiB' };
    const bytes = await readFile(file);
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = isZipped ? await unzip(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes;
    return readCloudTrail(JSON.parse(text.toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return { fault: 'this is not JSON' };
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { fault: 'it is larger than 256 MiB when it is unpacked' };
    return {
      fault: code?.startsWith('Z_') === true ? 'it can’t be unpacked' : unreadable(file, error).message,
    };
  }
}
