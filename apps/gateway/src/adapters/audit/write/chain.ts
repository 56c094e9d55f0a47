/**
 * How a record becomes bytes and how rows are chained (docs/audit.md, "Canonical form" and "Chain").
 * The offline verifier was written from that page and shares no code with this file.
 */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '@gatehouse/domain/audit/audit';
import { canonicalMembers } from '@gatehouse/domain/audit/canonical-json';

/** The sequence number and hash of the newest row of a chain. */
export interface Head {
  readonly seq: number;
  readonly hash: Buffer;
}

/** A chain before its first row. */
export const EMPTY_CHAIN: Head = { seq: 0, hash: Buffer.alloc(32) };

/** A patient identifier as it is stored: it is found by `hash` and can be read only with the organisation's key. */
export interface SealedSubject {
  readonly odsCode: string;
  readonly kind: 'nhs-number' | 'ubrn';
  readonly keyId: string;
  readonly hash: Buffer;
  readonly sealed: Buffer;
}

/** Many subjects of one record, sealed off the event loop and written ahead of the record, chunk by chunk. */
export interface SealedBulk {
  /** As `digestOfSubjects` returns it. */
  readonly digest: string | null;
  readonly count: number;
  /** Each the JSON of one statement. */
  readonly chunks: readonly Uint8Array[];
}

/** The subjects of a record: a few, which are written with it, or many. */
export type Sealed = readonly SealedSubject[] | SealedBulk;

export function isBulk(subjects: Sealed): subjects is SealedBulk {
  return 'chunks' in subjects;
}

/**
 * A record in canonical form without its sequence number, which is known only when its batch is written, and changes
 * when the batch is split.
 */
export interface EncodedRecord {
  readonly before: string;
  readonly after: string;
}

/** The canonical form of a writer's record of an event, without `seq`. */
export function encodeRecord(
  event: AuditEvent,
  writer: string,
  subjectsDigest: string | null,
): EncodedRecord {
  const record = subjectsDigest === null ? { ...event, writer } : { ...event, writer, subjectsDigest };
  return canonicalMembers(record, 'seq');
}

/** The whole canonical record of row `seq`. Neither part is empty: members such as kind and writer surround `seq`. */
export function recordAt(record: EncodedRecord, seq: number): string {
  return `{${record.before},"seq":${String(seq)},${record.after}}`;
}

/** SHA-256(hash of the row before || canonical record in UTF-8). */
export function link(previous: Buffer, canonicalRecord: string): Buffer {
  return createHash('sha256').update(previous).update(canonicalRecord, 'utf8').digest();
}

/** The same with hashes in hex, as records are read. */
export function linkHex(previous: string, canonicalRecord: string): string {
  return link(Buffer.from(previous, 'hex'), canonicalRecord).toString('hex');
}

/** The digest of the subjects that are stored beside a record. It covers the sealed bytes by their hash. */
export function digestOfSubjects(subjects: readonly SealedSubject[]): string | null {
  return digestOfLeaves(
    subjects.map(({ odsCode, kind, keyId, hash, sealed }) => ({
      ...{ odsCode, kind, keyId, hash: hash.toString('hex'), sealedSha256: sha256Hex(sealed) },
    })),
  );
}

/** The same of subjects as texts, hashes in hex. */
export function digestOfLeaves(
  subjects: readonly {
    readonly odsCode: string;
    readonly kind: string;
    readonly keyId: string;
    readonly hash: string;
    readonly sealedSha256: string;
  }[],
): string | null {
  if (subjects.length === 0) return null;
  const leaves = subjects.map(({ odsCode, kind, keyId, hash, sealedSha256 }) =>
    [odsCode, kind, keyId, hash, sealedSha256].join(':'),
  );
  return sha256Hex(leaves.sort(byCodeUnit).join('\n'));
}

export function sha256Hex(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
