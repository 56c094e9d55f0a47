/** The signatures of Gatehouse's keys in one log file of CloudTrail. A file that can't be read is set aside with the reason. */
import { gunzipSync } from 'node:zlib';
import { type LoggedSignature, readCloudTrail } from '@gatehouse/domain/signatures/cloudtrail';

export interface LogFileJob {
  readonly bytes: Uint8Array;
  /** ARNs; signatures by other keys are left out. */
  readonly keys: readonly string[];
}

export type ReadLogFile = { readonly signatures: readonly LoggedSignature[] } | { readonly fault: string };

/** CloudTrail's own files are some MiB. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;
const MAX_SIGNATURES = 50_000;
/** ARNs and ids are shorter. */
const MAX_LENGTH = 500;

export function readLogFile({ bytes, keys }: LogFileJob): ReadLogFile {
  const text = unpacked(bytes);
  if (text === null) return { fault: 'it can’t be unpacked, or is larger than 128 MiB when it is' };
  const document = jsonOf(text);
  if (document === undefined) return { fault: 'it is not JSON' };
  const read = readCloudTrail(document);
  if ('fault' in read) return read;
  const known = new Set(keys);
  const signatures = read.signatures.filter(({ key }) => known.has(key));
  if (signatures.length > MAX_SIGNATURES)
    return { fault: `it has more than ${String(MAX_SIGNATURES)} signatures` };
  if (signatures.some(({ eventId, requestId }) => Math.max(eventId.length, requestId.length) > MAX_LENGTH))
    return { fault: `a signature has an id of more than ${String(MAX_LENGTH)} characters` };
  return { signatures: signatures.map(({ by, ...same }) => ({ ...same, by: callerText(by) })) };
}

function unpacked(bytes: Uint8Array): Buffer | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return Buffer.from(bytes);
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return null;
  }
}

function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** The caller chooses the last part of the ARN of an assumed role. */
const callerText = (caller: string): string => caller.replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
