/**
 * Verifies an export of the audit trail offline, with nothing but Node. Shares no code with what wrote it: this
 * follows docs/audit.md alone.
 */
import { Attempts, type Place } from './attempts.js';
import { NotCanonical, rowHash, subjectsHash } from './canonical.js';
import {
  FORMAT,
  readLine,
  type ExportLine,
  type Line,
  type RowLine,
  type WriterLine,
} from './export-lines.js';

export interface Fault extends Place {
  /** In plain words. */
  readonly what: string;
}

export interface VerifyReport {
  /** No fault was found. */
  readonly ok: boolean;
  /** The export claims to hold the whole trail; otherwise the attempts of [fromMs, toMs). */
  readonly whole: boolean;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly lines: number;
  readonly writers: number;
  readonly rows: number;
  readonly attempts: number;
  /** Attempts without OUTCOME whose writer was still alive, or being swept, when the export was made. */
  readonly open: number;
  readonly faultCount: number;
  /** The first 1,000. */
  readonly faults: readonly Fault[];
}

const FAULTS_KEPT = 1_000;
const NOTHING = '0'.repeat(64);

/** Reads the lines of one export, in order. Faults are reported, not thrown; what `lines` throws is passed on. */
export async function verifyExport(lines: AsyncIterable<string>): Promise<VerifyReport> {
  const verification = new Verification();
  for await (const line of lines) verification.take(line);
  return verification.finish();
}

class Verification {
  readonly #faults: Fault[] = [];
  #faultCount = 0;
  #line = 0;
  #rows = 0;
  #header: ExportLine | null = null;
  #ended = false;
  readonly #states = new Map<string, string>();
  readonly #attempts = new Attempts((at, what) => {
    this.#fault(what, at);
  });
  /** The chain being read, and where it stands. */
  #writer: WriterLine | null = null;
  #last: { readonly seq: number; readonly hash: string } | null = null;

  take(text: string): void {
    this.#line += 1;
    const line = readLine(text);
    if (typeof line === 'string') this.#fault(line);
    else if (this.#ended) this.#fault('there is more after the end of the export');
    else this.#takeLine(line);
  }

  #takeLine(line: Line): void {
    if ((line.type === 'export') !== (this.#line === 1))
      this.#fault('the line of type "export" is first and comes once');
    switch (line.type) {
      case 'export':
        if (line.format !== FORMAT) this.#fault(`the format is "${line.format}", not "${FORMAT}"`);
        this.#header ??= line;
        break;
      case 'writer':
        this.#finishWriter();
        this.#beginWriter(line);
        break;
      case 'row':
        this.#rows += 1;
        this.#row(line);
        break;
      case 'end':
        this.#finishWriter();
        this.#ended = true;
        if (line.rows !== this.#rows)
          this.#fault(`the export says it has ${String(line.rows)} rows; it has ${String(this.#rows)}`);
        if (line.writers !== this.#states.size) {
          this.#fault(
            `the export says it has ${String(line.writers)} writers; it has ${String(this.#states.size)}`,
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
    if (this.#states.has(line.writer)) this.#fault('the writer comes a second time', at);
    this.#states.set(line.writer, line.state);
    const { head, fromSeq, toSeq } = line;
    if (head.seq === 0 && head.hash !== NOTHING) this.#fault('the head of an empty chain is not zero', at);
    if (this.#whole && (toSeq !== head.seq || fromSeq !== Math.min(1, head.seq))) {
      this.#fault(
        `a whole export has rows 1 to ${String(head.seq)}, this says ${String(fromSeq)} to ${String(toSeq)}`,
        at,
      );
    }
    if (toSeq > head.seq) this.#fault('the export says it has rows beyond the head of the chain', at);
  }

  #finishWriter(): void {
    const writer = this.#writer;
    this.#writer = null;
    if (writer === null || writer.toSeq === 0) return;
    const at = this.#at(writer.writer, writer.toSeq);
    if (this.#last?.seq !== writer.toSeq) {
      const lastSeq = this.#last === null ? 'none' : String(this.#last.seq);
      this.#fault(
        `the chain should end with row ${String(writer.toSeq)}; the last one here is ${lastSeq}`,
        at,
      );
    } else if (writer.toSeq === writer.head.seq && this.#last.hash !== writer.head.hash) {
      this.#fault('the last row is not the one the head of the chain names', at);
    }
  }

  #row(row: RowLine): void {
    const at = this.#at(row.writer, row.seq);
    if (row.writer !== this.#writer?.writer) this.#fault('the row is not among those of its writer', at);
    else this.#link(row, this.#writer, at);
    this.#hashes(row, at);
    if (row.record['writer'] !== row.writer) this.#fault('the record names another writer', at);
    if (row.record['seq'] !== row.seq) this.#fault('the record has another sequence number', at);
    this.#attempts.add(row, this.#line);
  }

  /** After a fault the chain is taken up again at this row, so that one fault is told once. */
  #link(row: RowLine, writer: WriterLine, at: Place): void {
    const expected = this.#last === null ? writer.fromSeq : this.#last.seq + 1;
    if (row.seq !== expected) {
      this.#fault(`row ${String(expected)} was expected: rows are missing, doubled or out of order`, at);
    } else if (this.#last !== null && row.prevHash !== this.#last.hash) {
      this.#fault('the row does not follow from the row before it', at);
    }
    if (row.seq === 1 && row.prevHash !== NOTHING)
      this.#fault('the first row of a chain follows from nothing', at);
    this.#last = { seq: row.seq, hash: row.hash };
  }

  #hashes(row: RowLine, at: Place): void {
    try {
      if (rowHash(row.prevHash, row.record) !== row.hash)
        this.#fault('the record is not what was hashed', at);
    } catch (error) {
      if (!(error instanceof NotCanonical)) throw error;
      this.#fault(`the record ${error.message}`, at);
    }
    const digest = row.record['subjectsDigest'];
    if (row.subjects === undefined) {
      if (digest !== undefined) this.#fault('the subjects of the row are missing', at);
    } else if (digest !== subjectsHash(row.subjects)) {
      this.#fault('the subjects are not those the record was written with', at);
    }
  }

  finish(): VerifyReport {
    if (this.#header === null) this.#fault('there is no line of type "export"');
    if (!this.#ended) this.#fault('the export is cut off: there is no line of type "end"');
    const { fromMs = null, toMs = null } = this.#header ?? {};
    const open = this.#attempts.finish(
      (writer) => writer !== null && ['live', 'sweeping'].includes(this.#states.get(writer) ?? ''),
      (startedAtMs) => startedAtMs >= (fromMs ?? 0) && startedAtMs < (toMs ?? Number.MAX_SAFE_INTEGER),
    );
    return {
      ok: this.#faultCount === 0,
      ...{ whole: this.#whole, fromMs, toMs },
      ...{ lines: this.#line, writers: this.#states.size, rows: this.#rows },
      ...{ attempts: this.#attempts.count, open },
      ...{ faultCount: this.#faultCount, faults: this.#faults },
    };
  }

  #at(writer: string | null, seq: number | null): Place {
    return { line: this.#line, writer, seq };
  }

  #fault(what: string, at: Place = this.#at(null, null)): void {
    this.#faultCount += 1;
    if (this.#faults.length < FAULTS_KEPT)
      this.#faults.push({ line: at.line, writer: at.writer, seq: at.seq, what });
  }
}
