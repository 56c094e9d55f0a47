/**
 * Whether the stored records of a chain are those that were written (docs/audit.md, "Chain" and "Verification by the
 * worker"). What is found is a fault at a number; nothing after it is looked at.
 */
import type { AuditValue } from './audit.js';
import { canonicalOfStored } from './canonical-json.js';
import type { RemovedRange } from './archive/removal.js';
import type { ChainHead } from './checkpoint.js';

/** What may be wrong at a number of a chain, in words that follow "at record 42:". */
export const CHAIN_FAULTS = {
  missing: 'the record is missing',
  predecessor: 'its previous hash is not the hash of the record before it',
  hash: 'its hash does not match its content',
  form: 'its content is not what Gatehouse writes',
  place: 'it names another chain, another number or another time than its row',
  subjects: 'its patient identifiers are not those with which it was written',
  'second outcome': 'its attempt has another OUTCOME',
  replaced: 'it is not the record that was verified here before',
  cut: 'records that were verified before are gone from here on, and the chain ends before them',
  head: 'the head of the chain has another hash of it',
  checkpoint: 'it is not the record that a signed checkpoint covers',
  'behind checkpoint': 'the chain ends before this record, which a signed checkpoint covers',
  removed: 'records are gone from here on, and no archive has them or no event says who removed them',
  gone: 'the whole chain is gone, though it was verified or covered by a checkpoint up to here',
} as const;
export type ChainFaultKind = keyof typeof CHAIN_FAULTS;
export const CHAIN_FAULT_KINDS = Object.keys(CHAIN_FAULTS) as readonly ChainFaultKind[];

export interface ChainFault {
  readonly seq: number;
  readonly kind: ChainFaultKind;
}

/** How far a chain is verified: its last sound record. Hashes are in hex. */
export type Position = Pick<ChainHead, 'seq' | 'hash'>;

export const START: Position = { seq: 0, hash: '0'.repeat(64) };

/** SHA-256 over the bytes of the previous hash and the record in UTF-8, all hashes in hex. */
export type Link = (previousHash: string, canonicalRecord: string) => string;

export interface StoredRecord {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly record: { readonly [name: string]: AuditValue };
  /** Of the subjects that are stored beside a record which covers some; null: none are. */
  readonly subjectsDigest: string | null;
  /** Whether the columns of its row say what the record says. */
  readonly fitsRow: boolean;
  /** Whether another record is an OUTCOME of the same attempt, and comes before it. */
  readonly isSecondOutcome: boolean;
  /** Whether a record with another hash was verified at this number before. */
  readonly wasAnother: boolean;
}

/** A stretch that left the database with a month. */
export interface KnownRange extends RemovedRange {
  /** Whether an archive has its records, and the event of its removal covers it. */
  readonly isBound: boolean;
}

export interface Checked {
  /** The last sound record. */
  readonly to: Position;
  readonly fault: ChainFault | null;
}

/** What is wrong with where a chain stands, before any record of it is read. A chain only ever grows. */
export function faultOfHead({
  head,
  furthestSeq,
}: Pick<ChainProgress, 'head' | 'furthestSeq'>): ChainFault | null {
  if (head === null) return { seq: furthestSeq, kind: 'gone' };
  return head.seq < furthestSeq ? { seq: head.seq + 1, kind: 'cut' } : null;
}

/**
 * Checks the records of a chain after those that are verified, in their order.
 * @param records those from the last verified one on (of a chain of which nothing is verified, from the first one on),
 *   none beyond the head
 * @param head where the chain stood before they were read
 * @param isAll they are all that there are up to the head
 * @param removed stretches of the chain that are in the archive alone, in their order: the chain goes on after each
 */
export function checkRecords(
  { writer, from, head }: { readonly writer: string; readonly from: Position; readonly head: Position },
  records: readonly StoredRecord[],
  isAll: boolean,
  link: Link,
  removed: readonly KnownRange[] = [],
): Checked {
  const [anchor, rest] = from.seq === 0 ? [undefined, records] : anchorOf(from, records, removed);
  if (anchor !== undefined && anchor !== null) return { to: from, fault: anchor };
  let to = from;
  for (const record of rest) {
    const past = record.seq === to.seq + 1 ? { to, fault: null } : pastRemoved(to, removed);
    if (past.fault !== null) return past;
    to = past.to;
    const fault = faultAfter(writer, to, record, link);
    if (fault !== null) return { to, fault };
    to = { seq: record.seq, hash: record.hash };
  }
  if (isAll && to.seq < head.seq) {
    const past = pastRemoved(to, removed);
    if (past.fault !== null) return past;
    to = past.to;
    if (to.seq < head.seq) return { to, fault: { seq: to.seq + 1, kind: 'missing' } };
  }
  const isHead = to.seq === head.seq;
  return { to, fault: isHead && to.hash !== head.hash ? { seq: head.seq, kind: 'head' } : null };
}

/** What is wrong with the last verified record, and the records after it. It may have been removed since. */
function anchorOf(
  from: Position,
  records: readonly StoredRecord[],
  removed: readonly KnownRange[],
): [ChainFault | null, readonly StoredRecord[]] {
  const range = removed.find(({ fromSeq, toSeq }) => fromSeq <= from.seq && from.seq <= toSeq);
  const [first] = records;
  if (range === undefined)
    return [
      first === undefined ? { seq: from.seq, kind: 'missing' } : faultOfAnchor(from, first),
      records.slice(1),
    ];
  if (!range.isBound) return [{ seq: range.fromSeq, kind: 'removed' }, []];
  const isAnother = range.toSeq === from.seq && range.hash !== from.hash;
  return [isAnother ? { seq: from.seq, kind: 'replaced' } : null, records];
}

/** Where a chain goes on after the stretches that were removed from here on. */
function pastRemoved(from: Position, removed: readonly KnownRange[]): Checked {
  let to = from;
  for (const { fromSeq, toSeq, prevHash, hash, isBound } of removed) {
    if (toSeq <= to.seq || fromSeq > to.seq + 1) continue;
    if (!isBound) return { to, fault: { seq: fromSeq, kind: 'removed' } };
    if (fromSeq === to.seq + 1 && prevHash !== to.hash)
      return { to, fault: { seq: fromSeq, kind: 'predecessor' } };
    to = { seq: toSeq, hash };
  }
  return { to, fault: null };
}

/** Whether the last verified record is still the one that was verified. */
function faultOfAnchor(from: Position, { seq, hash }: StoredRecord): ChainFault | null {
  if (seq !== from.seq) return { seq: from.seq, kind: 'missing' };
  return hash === from.hash ? null : { seq, kind: 'replaced' };
}

function faultAfter(writer: string, before: Position, stored: StoredRecord, link: Link): ChainFault | null {
  const { seq, record } = stored;
  if (seq !== before.seq + 1) return { seq: before.seq + 1, kind: 'missing' };
  if (stored.wasAnother) return { seq, kind: 'replaced' };
  if (stored.prevHash !== before.hash) return { seq, kind: 'predecessor' };
  const kind = faultOfContent(stored, link);
  if (kind !== null) return { seq, kind };
  if (record['writer'] !== writer || record['seq'] !== seq || !stored.fitsRow) return { seq, kind: 'place' };
  if ((record['subjectsDigest'] ?? null) !== stored.subjectsDigest) return { seq, kind: 'subjects' };
  return stored.isSecondOutcome ? { seq, kind: 'second outcome' } : null;
}

/** Whether a record is the one that was hashed. */
export function faultOfContent(
  { prevHash, hash, record }: Pick<StoredRecord, 'prevHash' | 'hash' | 'record'>,
  link: Link,
): 'form' | 'hash' | null {
  const canonical = canonicalOrNull(record);
  if (canonical === null) return 'form';
  return link(prevHash, canonical) === hash ? null : 'hash';
}

function canonicalOrNull(record: AuditValue): string | null {
  try {
    return canonicalOfStored(record);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Where a chain stands, and how far a pass has verified it. */
export interface ChainProgress {
  readonly writer: string;
  readonly verified: Position;
  /** The last number that any pass has verified; 0: none. */
  readonly furthestSeq: number;
  /** Null: there is no such chain. */
  readonly head: Position | null;
  /** What was found before; the chain is not looked at again in this pass. */
  readonly fault: ChainFault | null;
}

/**
 * Compares a chain with the newest head of it that a checkpoint covers.
 * @param hash of the stored record of that number; null: it is not stored
 */
export function faultOfCovered(
  covered: Position,
  head: Position | null,
  hash: string | null,
): ChainFault | null {
  if (head === null) return { seq: covered.seq, kind: 'gone' };
  if (head.seq < covered.seq) return { seq: covered.seq, kind: 'behind checkpoint' };
  if (hash === null) return { seq: covered.seq, kind: 'missing' };
  return hash === covered.hash ? null : { seq: covered.seq, kind: 'checkpoint' };
}

/** Whether the whole trail is due to be verified again. @param begunAtMs when the last completed pass began; null: none */
export function isPassDue(begunAtMs: number | null, nowMs: number): boolean {
  return begunAtMs === null || nowMs - begunAtMs >= PASS_EVERY_MS;
}

/** A week. */
export const PASS_EVERY_MS = 7 * 86_400_000;
