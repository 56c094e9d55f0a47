/**
 * Reads the checkpoints of the audit trail, and compares an export with them. Written from docs/audit.md ("Checkpoints"),
 * with nothing but Node; it shares no code with what makes them.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { WriterLine } from './export-lines.js';

export interface CheckpointFile {
  /** `checkpoint-000000000042.txt` */
  readonly name: string;
  readonly text: string;
}

/** A row that a checkpoint names. */
export interface CheckpointedHead {
  readonly seq: number;
  /** The sequence number of the first checkpoint that names it, and its time, epoch ms. */
  readonly checkpoint: number;
  readonly atMs: number;
}

interface Head extends CheckpointedHead {
  readonly hash: string;
}

export interface CheckpointReport {
  readonly checkpoints: number;
  /** Time of the newest checkpoint, epoch ms; null if there is none. */
  readonly coveredToMs: number | null;
  /** Heads that the export was compared with, and heads that lie outside an export of a time span. */
  readonly headsChecked: number;
  readonly headsOutside: number;
}

const NAME = /^checkpoint-(\d{12})\.txt$/;
const HEAD_LINE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([1-9]\d{0,15}) ([0-9a-f]{64})$/;
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** @throws if the text has no public key in PEM */
export function readPublicKeys(pem: string): KeyObject[] {
  const keys = (pem.match(PEM) ?? []).map((block) => createPublicKey(block));
  if (keys.length === 0) throw new Error('there is no public key in PEM in this file');
  return keys;
}

/** Faults are reported in words that name the file, not thrown. */
export class Checkpoints {
  readonly #keys: readonly KeyObject[];
  readonly #report: (what: string) => void;
  /** By writer, then by sequence number of the row. */
  readonly #heads = new Map<string, Map<number, Head>>();
  #count = 0;
  #last: { readonly sequence: number; readonly hash: string; readonly atMs: number } | null = null;
  #checked = 0;
  #outside = 0;

  constructor(keys: readonly KeyObject[], report: (what: string) => void) {
    this.#keys = keys;
    this.#report = report;
  }

  /** The files must come in the order of their names. */
  add({ name, text }: CheckpointFile): void {
    const fault = (what: string): void => {
      this.#report(`${name}: ${what}`);
    };
    const number = NAME.exec(name)?.[1];
    const end = text.indexOf('\n');
    const jws = text.slice(0, end);
    const lines = text.slice(end + 1);
    if (end < 0 || number === undefined) return fault('it is not a checkpoint');
    const claims = this.#verified(jws);
    if (claims === null) return fault('no key that was given signed it');
    this.#count += 1;
    const { sequence, atMs, previous, chains, headsSha256 } = claims;
    if (sequence !== Number(number)) fault('its sequence number is not that of its name');
    this.#follows(fault, sequence, previous);
    this.#last = { sequence, hash: sha256(jws), atMs };
    if (sha256(lines) !== headsSha256) return fault('its heads are not those that were signed');
    const heads = lines.split('\n').slice(0, -1);
    if (heads.length !== chains) fault('it has more or fewer heads than it declares');
    for (const line of heads) {
      const [, writer, seq, hash] = HEAD_LINE.exec(line) ?? [];
      if (writer === undefined || seq === undefined || hash === undefined)
        return fault('a head is malformed');
      this.#addHead(writer, { seq: Number(seq), hash, checkpoint: sequence, atMs });
    }
  }

  #verified(jws: string): Claims | null {
    const [header = '', payload = '', signature = '', ...more] = jws.split('.');
    if (more.length > 0) return null;
    const [parsedHeader, claims] = [parseJson(header), parseJson(payload)];
    if (parsedHeader?.['alg'] !== 'RS512' || parsedHeader['typ'] !== 'gatehouse-checkpoint+jws') return null;
    const signed = Buffer.from(`${header}.${payload}`, 'ascii');
    const isSigned = this.#keys.some((key) =>
      verify('sha512', signed, key, Buffer.from(signature, 'base64url')),
    );
    return isSigned && isClaims(claims) ? claims : null;
  }

  #follows(fault: (what: string) => void, sequence: number, previous: string): void {
    const last = this.#last;
    const expected = last === null ? 1 : last.sequence + 1;
    if (sequence !== expected) fault(`checkpoint ${String(expected)} was expected: files are missing`);
    else if (previous !== (last?.hash ?? '0'.repeat(64)))
      fault('it does not follow from the checkpoint before it');
  }

  #addHead(writer: string, head: Head): void {
    const heads = this.#heads.get(writer) ?? new Map<number, Head>();
    // A head that is covered again must be the same; where it isn't, both are compared by the earlier one.
    if (!heads.has(head.seq)) heads.set(head.seq, head);
    this.#heads.set(writer, heads);
  }

  headAt(writer: string, seq: number): Head | undefined {
    return this.#heads.get(writer)?.get(seq);
  }

  hasHeadAfter(writer: string, seq: number): boolean {
    return [...(this.#heads.get(writer)?.keys() ?? [])].some((head) => head > seq);
  }

  /** What is wrong with a row of the export; null if no checkpoint covers it or it is as covered. */
  faultOfRow(writer: string, seq: number, hash: string): string | null {
    const head = this.headAt(writer, seq);
    if (head === undefined) return null;
    this.#checked += 1;
    return head.hash === hash
      ? null
      : `the row is not the one that checkpoint ${String(head.checkpoint)} covers: it was replaced`;
  }

  /**
   * Compares the ends of the chains, once the whole export is read.
   * @param newest the newest checkpoint when a month was archived: later ones may cover rows that were not there yet
   */
  finish(
    writers: ReadonlyMap<string, WriterLine>,
    isWhole: boolean,
    newest: number = Infinity,
  ): CheckpointReport {
    for (const [writer, heads] of this.#heads) {
      const line = writers.get(writer);
      const highest = [...heads.values()]
        .filter(({ checkpoint }) => checkpoint <= newest)
        .reduce<Head | null>((a, b) => (a === null || b.seq > a.seq ? b : a), null);
      if (line === undefined) {
        if (isWhole && highest !== null) this.#report(behind(writer, highest, 'the chain is gone'));
        else this.#outside += heads.size;
        continue;
      }
      if (highest !== null && line.head.seq < highest.seq) {
        this.#report(behind(writer, highest, `the chain ends at row ${String(line.head.seq)}`));
      }
      this.#outside += [...heads.values()].filter(
        ({ seq, checkpoint }) =>
          (seq <= line.head.seq || checkpoint > newest) && (seq < line.fromSeq || seq > line.toSeq),
      ).length;
    }
    return {
      checkpoints: this.#count,
      coveredToMs: this.#last?.atMs ?? null,
      headsChecked: this.#checked,
      headsOutside: this.#outside,
    };
  }
}

function behind(writer: string, { seq, checkpoint }: Head, what: string): string {
  return `the trail is behind checkpoint ${String(checkpoint)}, which covers row ${String(seq)} of writer ${writer}: ${what}. Rows were removed, or the database was restored or lost commits in a fail-over`;
}

interface Claims {
  readonly sequence: number;
  readonly atMs: number;
  readonly previous: string;
  readonly chains: number;
  readonly headsSha256: string;
}

function isClaims(claims: Record<string, unknown> | null): claims is Record<string, unknown> & Claims {
  return (
    claims !== null &&
    claims['format'] === 'gatehouse-checkpoint/1' &&
    ['sequence', 'atMs', 'chains'].every((name) => Number.isSafeInteger(claims[name])) &&
    ['previous', 'headsSha256'].every((name) => typeof claims[name] === 'string')
  );
}

function parseJson(base64url: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
