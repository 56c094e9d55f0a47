/**
 * Signed checkpoints of the audit trail (docs/audit.md, "Checkpoints"): where each chain stood at a time. They are kept
 * outside the database, so that nobody who can write to it can rewrite or cut a chain unnoticed.
 */

/** Where a chain stands: its last row and that row's hash (hex). */
export interface ChainHead {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
}

/** What is signed. The heads themselves are in the lines that `headsSha256` covers, since KMS signs at most 4,096 bytes. */
export interface CheckpointClaims {
  readonly format: 'gatehouse-checkpoint/1';
  /** 1, 2, 3 and so on, without a gap. */
  readonly sequence: number;
  readonly atMs: number;
  /** SHA-256 of the checkpoint before, hex; zeros for the first. */
  readonly previous: string;
  /** Whether it has the head of every chain, and not only of those that moved. */
  readonly full: boolean;
  readonly chains: number;
  /** Of the lines of `headLines`, hex. */
  readonly headsSha256: string;
}

export interface UnsignedCheckpoint {
  readonly header: { readonly alg: 'RS512'; readonly typ: 'gatehouse-checkpoint+jws'; readonly kid: string };
  readonly claims: CheckpointClaims;
}

/** A chain of which the database has less, or something else, than an earlier checkpoint covers. */
export interface ChainBehind {
  readonly writer: string;
  /** The last row that a checkpoint covers. */
  readonly coveredSeq: number;
  /** The last row in the database; null: the chain is gone. */
  readonly seq: number | null;
}

export const FIRST_PREVIOUS = '0'.repeat(64);
/** A full checkpoint finds a chain that was removed although nothing was written to it any more. */
export const FULL_EVERY_MS = 3_600_000;

/** One line for each head, in the order of the writers' ids; ends with a line feed unless there is none. */
export function headLines(heads: readonly ChainHead[]): string {
  return heads
    .toSorted((a, b) => (a.writer < b.writer ? -1 : 1))
    .map(({ writer, seq, hash }) => `${writer} ${String(seq)} ${hash}\n`)
    .join('');
}

/** @throws if a line is not one of `headLines` */
export function parseHeadLines(text: string): ChainHead[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [writer, seq, hash, ...more] = line.split(' ');
      if (writer === undefined || hash === undefined || more.length > 0 || !/^[1-9]\d*$/.test(seq ?? ''))
        throw new Error('the heads of a checkpoint are malformed');
      return { writer, seq: Number(seq), hash };
    });
}

/** The heads that the next checkpoint has: those of the chains that moved, or of all chains. */
export function nextHeads(
  covered: ReadonlyMap<string, ChainHead>,
  heads: readonly ChainHead[],
  full: boolean,
): readonly ChainHead[] {
  if (full) return heads;
  return heads.filter(({ writer, seq, hash }) => {
    const before = covered.get(writer);
    return before?.seq !== seq || before.hash !== hash;
  });
}

/**
 * The chains that stand behind what was covered: rows were removed, or replaced by others, or the database is an older
 * one, after a fail-over that lost commits or a restore. A chain only ever grows.
 */
export function chainsBehind(
  covered: ReadonlyMap<string, ChainHead>,
  heads: readonly ChainHead[],
): ChainBehind[] {
  const current = new Map(heads.map((head) => [head.writer, head]));
  return [...covered.values()].flatMap(({ writer, seq: coveredSeq, hash }): ChainBehind[] => {
    const head = current.get(writer);
    if (head === undefined) return [{ writer, coveredSeq, seq: null }];
    const isBehind = head.seq < coveredSeq || (head.seq === coveredSeq && head.hash !== hash);
    return isBehind ? [{ writer, coveredSeq, seq: head.seq }] : [];
  });
}

/** The newest head of each chain, from checkpoints in their order. */
export function coveredHeads(checkpoints: readonly (readonly ChainHead[])[]): Map<string, ChainHead> {
  return new Map(checkpoints.flat().map((head) => [head.writer, head]));
}

/** Sorts by name as by sequence. */
export function checkpointFileName(sequence: number): string {
  return `checkpoint-${String(sequence).padStart(12, '0')}.txt`;
}

/** The content of a checkpoint's file: the signature line, then the heads. */
export function checkpointFile(jws: string, heads: string): string {
  return `${jws}\n${heads}`;
}
