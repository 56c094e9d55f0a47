/**
 * What an export and its checkpoints prove about one record, or about those of one attempt or request (docs/audit.md, "One
 * record"). A record is covered by the first row, itself or a later one of its chain, that a checkpoint names, if nothing is
 * wrong with the chain from the one to the other.
 */
import type { Place } from './attempts.js';
import type { CheckpointedHead, Checkpoints } from './checkpoints.js';
import type { RowLine } from './export-lines.js';

export interface RecordReport {
  /** As it was asked for. */
  readonly id: string;
  /** There is such a record, and every one is covered. */
  readonly proved: boolean;
  readonly records: readonly FoundRecord[];
}

export interface FoundRecord {
  readonly kind: unknown;
  readonly attemptId: unknown;
  readonly atMs: unknown;
  readonly line: number;
  readonly writer: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly coveredBy: CheckpointedHead | null;
  /** Why it is not covered, for people; null if it is. */
  readonly why: string | null;
}

const FAULTY =
  'something is wrong with it, or with its chain between it and the next row that a checkpoint names';
const REMOVED =
  'the rows that follow it left the database. If the archive of a removed month has this record, fetch that month';

export class RecordProof {
  readonly #id: string;
  readonly #checkpoints: Checkpoints | null;
  readonly #found: FoundRecord[] = [];

  /** @param id an attempt id, a request id, or `writer:seq` */
  constructor(id: string, checkpoints: Checkpoints | null) {
    this.#id = id;
    this.#checkpoints = checkpoints;
  }

  /** To be called before the row is checked, since its own faults count. */
  beginRow({ writer, seq, prevHash, hash, record }: RowLine, line: number): void {
    const { kind, attemptId, requestId, atMs } = record;
    if (![attemptId, requestId, `${writer}:${String(seq)}`].includes(this.#id)) return;
    const place = { line, writer, seq };
    this.#found.push({ kind, attemptId, atMs, ...place, prevHash, hash, coveredBy: null, why: null });
  }

  /** To be called once the row is compared with the row before it, its record and the checkpoints. */
  endRow({ writer, seq, hash }: RowLine): void {
    const head = this.#checkpoints?.headAt(writer, seq);
    if (head?.hash !== hash) return;
    const coveredBy = { checkpoint: head.checkpoint, atMs: head.atMs, seq };
    this.#change((record) => (isFollowed(record, writer) ? { ...record, coveredBy } : record));
  }

  /** What the chain goes on with after these rows does not follow from a record before them. */
  removedRows(writer: string): void {
    this.#change((record) => (isFollowed(record, writer) ? { ...record, why: REMOVED } : record));
  }

  /** A fault of a row, or of a line that belongs to no row. */
  fault({ line, writer, seq }: Place): void {
    // Faults of the files of checkpoints: what is not signed covers nothing anyway.
    if (line === 0) return;
    this.#change((record) => {
      const isItself = record.writer === writer && record.seq === seq;
      return isItself || isFollowed(record, writer ?? record.writer)
        ? { ...record, coveredBy: null, why: FAULTY }
        : record;
    });
  }

  /** No row follows: what is reported from now on concerns the rows that it names alone. */
  endRows(): void {
    this.#change((record) =>
      isFollowed(record, record.writer) ? { ...record, why: this.#whyNone(record) } : record,
    );
  }

  finish(): RecordReport {
    const isProved = this.#found.length > 0 && this.#found.every(({ coveredBy }) => coveredBy !== null);
    return { id: this.#id, proved: isProved, records: this.#found };
  }

  #whyNone({ writer, seq }: FoundRecord): string {
    return this.#checkpoints?.hasHeadAfter(writer, seq) === true
      ? 'the next row of its chain that a checkpoint names is not in this export. Take one that reaches further'
      : 'no checkpoint names it or a later row of its chain. Records of the last minute have none yet';
  }

  #change(change: (record: FoundRecord) => FoundRecord): void {
    for (const [at, record] of this.#found.entries()) this.#found[at] = change(record);
  }
}

/** Its chain is read on, until a row of it covers the record or something is wrong. */
const isFollowed = ({ writer, coveredBy, why }: FoundRecord, ofWriter: string): boolean =>
  writer === ofWriter && coveredBy === null && why === null;
