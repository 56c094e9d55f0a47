/** The lines of an archive's objects: records as they lie in the trail, with the sealed identifiers stored beside them. */
import type { AuditValue } from '../audit.js';
import {
  CHAIN_FAULTS,
  type ChainFaultKind,
  faultOfContent,
  type Link,
  type Position,
} from '../chain-check.js';

export interface ArchivedSubject {
  readonly odsCode: string;
  readonly kind: string;
  readonly keyId: string;
  readonly hash: string;
  /** The sealed value, in Base64. */
  readonly sealed: string;
}

export interface ArchivedRecord {
  readonly writer: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly record: { readonly [name: string]: AuditValue };
  readonly subjects?: readonly ArchivedSubject[];
}

export interface Hashing {
  readonly link: Link;
  /** Of the subjects of one record, as `subjectsDigest` has it. */
  readonly digest: (subjects: readonly ArchivedSubject[]) => string | null;
}

export function archiveLine({ writer, seq, prevHash, hash, record, subjects }: ArchivedRecord): string {
  return JSON.stringify({
    ...{ writer, seq, prevHash, hash, record },
    ...(subjects === undefined ? {} : { subjects }),
  });
}

/**
 * Whether lines have the records of a chain that follow a position, up to a number, unchanged.
 * @returns the hash of the last one
 * @throws Error that names the first record which is missing or is not what was written
 */
export function endOfLines(
  lines: readonly string[],
  { writer, after, toSeq }: { readonly writer: string; readonly after: Position; readonly toSeq: number },
  { link, digest }: Hashing,
): string {
  let end = after;
  for (const line of lines) {
    const stored = JSON.parse(line) as ArchivedRecord;
    const { seq, prevHash, hash, record, subjects } = stored;
    const fault = (kind: ChainFaultKind) => unlike(writer, end.seq + 1, kind);
    if (seq !== end.seq + 1) throw fault('missing');
    if (prevHash !== end.hash) throw fault('predecessor');
    const kind = faultOfContent(stored, link);
    if (kind !== null) throw fault(kind);
    if (stored.writer !== writer || record['writer'] !== writer || record['seq'] !== seq)
      throw fault('place');
    if ((record['subjectsDigest'] ?? null) !== digest(subjects ?? [])) throw fault('subjects');
    end = { seq, hash };
  }
  if (end.seq !== toSeq) throw unlike(writer, end.seq + 1, 'missing');
  return end.hash;
}

function unlike(writer: string, seq: number, kind: ChainFaultKind): Error {
  return new Error(`chain ${writer}, at record ${String(seq)}: ${CHAIN_FAULTS[kind]}`);
}
