/**
 * Verifies an export of the audit trail offline, with nothing but Node. It was written from docs/audit.md and shares no
 * code with the writer, so that it can't repeat the writer's mistakes.
 */
import type { KeyObject } from 'node:crypto';
import { Attempts, type Place } from './attempts.js';
import { type CheckpointFile, type CheckpointReport, Checkpoints } from './checkpoints.js';
import { RecordProof, type RecordReport } from './record-proof.js';
import { type RemovedMonth, Removals } from './removals.js';
import { NotCanonical, rowHash, subjectsHash } from './canonical.js';
import {
  FORMAT,
  parseLine,
  type ExportLine,
  type Line,
  type RemovedLine,
  type RowLine,
  type WriterLine,
} from './export-lines.js';

export interface Fault extends Place {
  /** What is wrong, for people. */
  readonly what: string;
}

export interface VerifyReport {
  /** True if there is no fault. */
  readonly ok: boolean;
  /** The export declares that it has the whole trail; otherwise it has the attempts of [fromMs, toMs). */
  readonly whole: boolean;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly lines: number;
  readonly writers: number;
  readonly rows: number;
  readonly attempts: number;
  /** Attempts without OUTCOME whose writer was alive, or being swept, when the export was made. */
  readonly open: number;
  readonly faultCount: number;
  /** The first 1,000. */
  readonly faults: readonly Fault[];
  /** Months that left the database: their rows are in the archive alone. */
  readonly removed: readonly RemovedMonth[];
  /** What the checkpoints cover; null if none were given. */
  readonly checkpoints: CheckpointReport | null;
  /** What is proved about the record that was asked for; null if none was. */
  readonly record: RecordReport | null;
}

/** Signed checkpoints to compare an export with, in the order of their names. */
export interface GivenCheckpoints {
  readonly keys: readonly KeyObject[];
  readonly files: AsyncIterable<CheckpointFile>;
}

const FAULTS_KEPT = 1_000;
const ZERO_HASH = '0'.repeat(64);

/**
 * Reads the lines of one export, in order. Faults are reported, not thrown; what `lines` or the files throw is thrown.
 * @param checkpoints without them, a tail that was rewritten or cut, and a chain that was removed, can't be found
 * @param recordId attempt id, request id or `writer:seq` of what the report is to say in full
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  checkpoints: GivenCheckpoints | null = null,
  recordId: string | null = null,
): Promise<VerifyReport> {
  const verification = new Verification(checkpoints?.keys ?? null, recordId);
  if (checkpoints !== null) for await (const file of checkpoints.files) verification.checkpoints?.add(file);
  for await (const line of lines) verification.readLine(line);
  return verification.finish();
}

class Verification {
  readonly #faults: Fault[] = [];
  #faultCount = 0;
  #line = 0;
  #rows = 0;
  #header: ExportLine | null = null;
  #ended = false;
  readonly #writers = new Map<string, WriterLine>();
  readonly #attempts = new Attempts((at, what) => {
    this.#fault(what, at);
  });
  readonly #removals = new Removals((at, what) => {
    this.#fault(what, at);
  });
  readonly checkpoints: Checkpoints | null;
  readonly #record: RecordProof | null;
  /** The writer whose chain is being read, and its last row so far. */
  #writer: WriterLine | null = null;
  #last: { readonly seq: number; readonly hash: string } | null = null;

  constructor(keys: readonly KeyObject[] | null, recordId: string | null) {
    const report = (what: string): void => {
      this.#fault(what, { line: 0, writer: null, seq: null });
    };
    this.checkpoints = keys === null ? null : new Checkpoints(keys, report);
    this.#record = recordId === null ? null : new RecordProof(recordId, this.checkpoints);
  }

  readLine(text: string): void {
    this.#line += 1;
    const line = parseLine(text);
    if (typeof line === 'string') this.#fault(line);
    else if (this.#ended) this.#fault('there are lines after the line of type "end"');
    else this.#check(line);
  }

  #check(line: Line): void {
    if ((line.type === 'export') !== (this.#line === 1))
      this.#fault('exactly one line, the first, must be of type "export"');
    switch (line.type) {
      case 'export':
        if (line.format !== FORMAT) this.#fault(`the format is "${line.format}", not "${FORMAT}"`);
        this.#header ??= line;
        break;
      case 'writer':
        this.#endWriter();
        this.#beginWriter(line);
        break;
      case 'removal':
        if (this.#writers.size > 0) this.#fault('a line of type "removal" comes after the first writer');
        this.#removals.add(line, this.#at(null, null));
        break;
      case 'removed':
        this.#removed(line);
        break;
      case 'row':
        this.#rows += 1;
        this.#row(line);
        break;
      case 'end':
        this.#endWriter();
        this.#ended = true;
        if (line.rows !== this.#rows)
          this.#fault(`the export declares ${String(line.rows)} rows; it has ${String(this.#rows)}`);
        if (line.writers !== this.#writers.size) {
          this.#fault(
            `the export declares ${String(line.writers)} writers; it has ${String(this.#writers.size)}`,
          );
        }
    }
  }

  get #whole(): boolean {
    return this.#header !== null && this.#header.fromMs === null && this.#header.toMs === null;
  }

  #beginWriter(line: WriterLine): void {
    this.#writer = line;
    this.#last = null;
    const at = this.#at(line.writer, null);
    if (this.#writers.has(line.writer)) this.#fault('the writer has a second section', at);
    this.#writers.set(line.writer, line);
    const { head, fromSeq, toSeq } = line;
    if (head.seq === 0 && head.hash !== ZERO_HASH)
      this.#fault('the chain is empty, but the hash of its head is not zero', at);
    if (this.#whole && (toSeq !== head.seq || fromSeq !== Math.min(1, head.seq))) {
      this.#fault(
        `an export of the whole trail has rows 1 to ${String(head.seq)}; this one declares rows ${String(fromSeq)} to ${String(toSeq)}`,
        at,
      );
    }
    if (toSeq > head.seq) this.#fault('the export declares rows beyond the head of the chain', at);
  }

  #endWriter(): void {
    const writer = this.#writer;
    this.#writer = null;
    if (writer === null || writer.toSeq === 0) return;
    const at = this.#at(writer.writer, writer.toSeq);
    if (this.#last?.seq !== writer.toSeq) {
      const lastRow = this.#last === null ? 'there is none' : `it is ${String(this.#last.seq)}`;
      this.#fault(`the last row should be ${String(writer.toSeq)}, but ${lastRow}`, at);
    } else if (writer.toSeq === writer.head.seq && this.#last.hash !== writer.head.hash) {
      this.#fault('the hash of the last row is not the hash of the head of the chain', at);
    }
  }

  #row(row: RowLine): void {
    const at = this.#at(row.writer, row.seq);
    this.#record?.beginRow(row, this.#line);
    if (row.writer !== this.#writer?.writer) this.#fault('the row is in the section of another writer', at);
    else this.#link(row, this.#writer, at);
    this.#hashes(row, at);
    if (row.record['writer'] !== row.writer) this.#fault('the record names another writer', at);
    if (row.record['seq'] !== row.seq) this.#fault('the record names another sequence number', at);
    const replaced = this.checkpoints?.faultOfRow(row.writer, row.seq, row.hash);
    if (typeof replaced === 'string') this.#fault(replaced, at);
    this.#record?.endRow(row);
    this.#attempts.add(row, this.#line);
    this.#removals.readRow(row);
  }

  /** After a fault the chain goes on from this row, so that one fault is reported once. */
  #link(row: RowLine, writer: WriterLine, at: Place): void {
    const expected = this.#last === null ? writer.fromSeq : this.#last.seq + 1;
    if (row.seq !== expected) {
      this.#fault(`row ${String(expected)} was expected: rows are missing, repeated or out of order`, at);
    } else if (this.#last !== null && row.prevHash !== this.#last.hash) {
      this.#fault('the previous hash is not the hash of the row before it', at);
    }
    if (row.seq === 1 && row.prevHash !== ZERO_HASH)
      this.#fault('the previous hash of the first row is not zero', at);
    this.#last = { seq: row.seq, hash: row.hash };
  }

  /** The chain goes on after rows that are in the archive alone. */
  #removed(line: RemovedLine): void {
    const { writer, fromSeq, toSeq, prevHash, hash } = line;
    const at = this.#at(writer, fromSeq);
    if (writer !== this.#writer?.writer)
      return this.#fault('the removed rows are in the section of another writer', at);
    const { fromSeq: first, toSeq: last } = this.#writer;
    const expected = this.#last === null ? first : this.#last.seq + 1;
    // An export of a time span may begin or end among them.
    const isBefore = this.#last === null && fromSeq < first && toSeq >= first;
    if (toSeq < fromSeq || (fromSeq !== expected && !isBefore) || (this.#whole && toSeq > last))
      this.#fault(`row ${String(expected)} was expected: rows are missing, repeated or out of order`, at);
    else if (prevHash !== (this.#last?.hash ?? (fromSeq === 1 ? ZERO_HASH : prevHash)))
      this.#fault('the removed rows do not follow from the row before them', at);
    const replaced = this.checkpoints?.faultOfRow(writer, toSeq, hash);
    if (typeof replaced === 'string') this.#fault(replaced, this.#at(writer, toSeq));
    this.#removals.addRange(line, at);
    this.#record?.removedRows(writer);
    this.#last = { seq: toSeq, hash };
  }

  #hashes(row: RowLine, at: Place): void {
    try {
      if (rowHash(row.prevHash, row.record) !== row.hash)
        this.#fault('the record does not match its hash', at);
    } catch (error) {
      if (!(error instanceof NotCanonical)) throw error;
      this.#fault(`the record ${error.message}`, at);
    }
    const digest = row.record['subjectsDigest'];
    if (row.subjects === undefined) {
      if (digest !== undefined) this.#fault('the subjects of the row are missing', at);
    } else if (digest !== subjectsHash(row.subjects)) {
      this.#fault('the subjects do not match the digest in the record', at);
    }
  }

  finish(): VerifyReport {
    this.#record?.endRows();
    if (this.#header === null) this.#fault('there is no line of type "export"');
    if (!this.#ended) this.#fault('the export is cut off: there is no line of type "end"');
    const removed = this.#removals.finish(this.#whole);
    const checkpoints =
      this.checkpoints?.finish(
        this.#writers,
        this.#whole,
        this.#whole ? undefined : this.#header?.checkpoint,
      ) ?? null;
    const { fromMs = null, toMs = null } = this.#header ?? {};
    const open = this.#attempts.finish(
      (writer) => writer !== null && ['live', 'sweeping'].includes(this.#writers.get(writer)?.state ?? ''),
      (startedAtMs) => startedAtMs >= (fromMs ?? 0) && startedAtMs < (toMs ?? Number.MAX_SAFE_INTEGER),
    );
    return {
      ok: this.#faultCount === 0,
      ...{ whole: this.#whole, fromMs, toMs },
      ...{ lines: this.#line, writers: this.#writers.size, rows: this.#rows },
      ...{ attempts: this.#attempts.count, open },
      removed,
      ...{ faultCount: this.#faultCount, faults: this.#faults, checkpoints },
      record: this.#record?.finish() ?? null,
    };
  }

  #at(writer: string | null, seq: number | null): Place {
    return { line: this.#line, writer, seq };
  }

  #fault(what: string, at: Place = this.#at(null, null)): void {
    this.#faultCount += 1;
    this.#record?.fault(at);
    if (this.#faults.length < FAULTS_KEPT)
      this.#faults.push({ line: at.line, writer: at.writer, seq: at.seq, what });
  }
}
