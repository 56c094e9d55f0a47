/** The runs of verification and how far they came. Rows are only ever added; a key decides between two workers. */
import type { Database } from '@gatehouse/db/client';
import type {
  ChainFault,
  ChainProgress,
  KnownRange,
  Position,
  StoredRecord,
} from '@gatehouse/domain/audit/chain-check';
import type { ChainHead } from '@gatehouse/domain/audit/checkpoint';
import { epochMs, millisecondsOf } from '../read/filter.js';
import { chainOf, chainsOf, hashesAt, type Queries, recordsOf, removedFrom } from './stored-chains.js';

/** Verifies every chain from its first record on. */
export interface Pass {
  readonly pass: number;
  readonly begunAtMs: number;
  /** `schedule`, or a person. */
  readonly requestedBy: string;
}

/** A stretch of one chain; `to` is its last sound record. */
export interface VerifiedRange {
  readonly pass: number;
  readonly writer: string;
  readonly afterSeq: number;
  readonly to: Position;
  readonly fault: ChainFault | null;
  readonly run: string;
  readonly requestedBy: string;
}

export interface TrailFault extends ChainFault {
  readonly writer: string;
  /** Epoch ms. */
  readonly foundAtMs: number;
}

export interface Run {
  readonly id: string;
  readonly pass: number;
  readonly requestedBy: string;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly records: number;
  readonly chains: number;
  /** Sequence number of the newest checkpoint that was compared; null: there was none. */
  readonly checkpoint: number | null;
  /** It verified records from the first one of each chain on, and not only new ones. */
  readonly isWhole: boolean;
  /** The whole trail was verified when it ended. */
  readonly completes: boolean;
  readonly faults: readonly TrailFault[];
}

export interface Passes {
  /** The newest that was completed, with the end (epoch ms) of the run that did so. */
  readonly completed: (Pass & { readonly endedAtMs: number }) | null;
  /** The one that is under way. */
  readonly open: Pass | null;
}

/** What begins a pass, also within the transaction of a person's request. */
type Rows = Pick<Database, '$executeRaw'>;

interface PassRow extends Pick<Pass, 'pass' | 'requestedBy'> {
  readonly begunAtMs: string;
  readonly endedAtMs: string | null;
}

export interface VerificationStore {
  passes(): Promise<Passes>;
  /** @returns false if another is under way */
  begin(requestedBy: string, nowMs: number): Promise<boolean>;
  chains(pass: number): Promise<ChainProgress[]>;
  chain(pass: number, writer: string): Promise<ChainProgress>;
  records(
    writer: string,
    range: { readonly fromSeq: number; readonly toSeq: number; readonly most: number },
  ): Promise<StoredRecord[]>;
  /** The stretches of the chain from this number on that left the database with a month, in their order. */
  removed(writer: string, fromSeq: number): Promise<KnownRange[]>;
  hashesAt(heads: readonly ChainHead[]): Promise<ReadonlyMap<string, string>>;
  /** @returns false if another worker has verified the records after this number first */
  addRange(range: VerifiedRange, nowMs: number): Promise<boolean>;
  /** Of these passes, in the order in which they were found; at most a hundred. */
  faults(passes: readonly number[]): Promise<TrailFault[]>;
  addRun(run: Run): Promise<void>;
}

export function openVerificationStore(database: Queries, db: Rows): VerificationStore {
  return {
    passes: () => readPasses(database),

    begin: (requestedBy, nowMs) => beginPass(db, requestedBy, nowMs),
    chains: (pass) => chainsOf(database, pass),
    chain: (pass, writer) => chainOf(database, pass, writer),
    records: (writer, range) => recordsOf(database, writer, range),
    removed: (writer, fromSeq) => removedFrom(database, writer, fromSeq),
    hashesAt: (heads) => hashesAt(database, heads),

    async addRange({ pass, writer, afterSeq, to, fault, run, requestedBy }, nowMs) {
      const { rowCount } = await database.query(
        `INSERT INTO audit.verified_range
           (pass, writer, after_seq, to_seq, hash, run, requested_by, verified_at, fault, fault_seq)
         VALUES ($1, $2, $3, $4, decode($5, 'hex'), $6, $7, ${epochMs('$8')}, $9, $10) ON CONFLICT DO NOTHING`,
        [pass, writer, afterSeq, to.seq, to.hash, run, requestedBy, nowMs, fault?.kind, fault?.seq],
      );
      return rowCount === 1;
    },

    faults: (passes) => faultsOf(database, passes),

    async addRun(run) {
      // Of two workers that completed a pass, one says so.
      if (!(await insertRun(database, run)) && run.completes)
        await insertRun(database, { ...run, completes: false });
    },
  };
}

export async function readPasses(database: Queries): Promise<Passes> {
  const { rows } = await database.query<PassRow>(PASSES);
  const passes = rows.map(({ begunAtMs, endedAtMs, ...pass }) => ({
    ...{ ...pass, begunAtMs: Number(begunAtMs) },
    endedAtMs: endedAtMs === null ? null : Number(endedAtMs),
  }));
  const completed = passes.flatMap(({ endedAtMs, ...pass }) =>
    endedAtMs === null ? [] : { ...pass, endedAtMs },
  );
  const newest = passes[0];
  return {
    completed: completed[0] ?? null,
    open: newest === undefined || newest.endedAtMs !== null ? null : newest,
  };
}

/** Begins another verification of the whole trail. @returns false if that is under way already */
export async function beginPass(db: Rows, requestedBy: string, nowMs: number): Promise<boolean> {
  const begun = await db.$executeRaw`
    INSERT INTO audit.verification_pass (pass, begun_at, requested_by)
    SELECT coalesce(max(p.pass), 0) + 1, ${new Date(nowMs)}::timestamptz, ${requestedBy}::text FROM audit.verification_pass p
    HAVING coalesce(
      bool_and(EXISTS (SELECT FROM audit.verification v WHERE v.pass = p.pass AND v.completes)), true)
    ON CONFLICT DO NOTHING`;
  return begun === 1;
}

export async function faultsOf(database: Queries, passes: readonly number[]): Promise<TrailFault[]> {
  const { rows } = await database.query<{
    writer: string;
    kind: ChainFault['kind'];
    seq: string;
    foundAtMs: string;
  }>(FAULTS, [passes]);
  return rows.map(({ seq, foundAtMs, ...row }) => ({
    ...row,
    ...{ seq: Number(seq), foundAtMs: Number(foundAtMs) },
  }));
}

async function insertRun(database: Queries, run: Run): Promise<boolean> {
  const { id, pass, requestedBy, beganAtMs, endedAtMs, records, chains, checkpoint, faults } = run;
  const first = faults[0];
  const { rowCount } = await database.query(
    `INSERT INTO audit.verification (id, pass, requested_by, began_at, ended_at, records, chains, checkpoint, is_whole,
                                     completes, faults, fault_writer, fault_seq, fault)
     VALUES ($1, $2, $3, ${epochMs('$4')}, ${epochMs('$5')}, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT DO NOTHING`,
    [
      ...[id, pass, requestedBy, beganAtMs, endedAtMs, records, chains, checkpoint],
      ...[run.isWhole, run.completes, faults.length, first?.writer, first?.seq, first?.kind],
    ],
  );
  return rowCount === 1;
}

/** One pass at a time is under way, so the newest completed one is among the last two. */
const PASSES = `
SELECT p.pass, ${millisecondsOf('p.begun_at')} AS "begunAtMs", p.requested_by AS "requestedBy",
       ${millisecondsOf('v.ended_at')} AS "endedAtMs"
  FROM audit.verification_pass p LEFT JOIN audit.verification v ON v.pass = p.pass AND v.completes
 ORDER BY p.pass DESC LIMIT 2`;

const FAULTS = `
SELECT writer, fault AS kind, fault_seq AS seq, ${millisecondsOf('verified_at')} AS "foundAtMs"
  FROM audit.verified_range WHERE pass = ANY ($1::int[]) AND fault IS NOT NULL
 ORDER BY verified_at, writer LIMIT 100`;
