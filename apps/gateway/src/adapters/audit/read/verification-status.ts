/** How far the trail is verified, when and by whom, and the runs that did so (ADR 67). */
import type { ChainFault, ChainFaultKind } from '@gatehouse/domain/audit/chain-check';
import type pg from 'pg';
import {
  faultsOf,
  type Passes,
  readPasses,
  type Run,
  type TrailFault,
} from '../verify/verification.store.js';
import { millisecondsOf } from './filter.js';

/** How far a chain is verified. */
export interface VerifiedChain {
  readonly seq: number;
  /** Epoch ms. */
  readonly atMs: number;
  /** `schedule`, or a person. */
  readonly by: string;
}

/** A run as it is stored: of its faults, their number and the first. */
export interface StoredRun extends Omit<Run, 'pass' | 'faults'> {
  readonly faultCount: number;
  readonly firstFault: (ChainFault & { readonly writer: string }) | null;
}

export interface VerificationStatus extends Passes {
  readonly chains: ReadonlyMap<string, VerifiedChain>;
  readonly lastRun: StoredRun | null;
  readonly faults: readonly TrailFault[];
}

export async function readVerification(database: pg.Pool): Promise<VerificationStatus> {
  const { completed, open } = await readPasses(database);
  const passes = [completed, open].flatMap((each) => each?.pass ?? []);
  const [chains, runs, faults] = await Promise.all([
    database.query<{ writer: string; seq: string; atMs: string; by: string }>(CHAINS, [passes[0] ?? 0]),
    readRuns(database, 1),
    faultsOf(database, passes),
  ]);
  return {
    ...{ completed, open, faults: once(faults), lastRun: runs[0] ?? null },
    chains: new Map(
      chains.rows.map(({ writer, seq, atMs, by }) => [writer, { seq: Number(seq), atMs: Number(atMs), by }]),
    ),
  };
}

/** Records of these chains that have not been verified. */
export function unverifiedOf(
  { chains: verified }: Pick<VerificationStatus, 'chains'>,
  chains: readonly { readonly writer: string; readonly seq: number }[],
): number {
  return chains.reduce(
    (sum, { writer, seq }) => sum + Math.max(0, seq - (verified.get(writer)?.seq ?? 0)),
    0,
  );
}

/** The newest first. @param after a run's `<instant>|<id>`: those before it */
export async function readRuns(database: pg.Pool, most: number, after?: string): Promise<StoredRun[]> {
  const [instant, id] = after?.split('|') ?? [null, null];
  const { rows } = await database.query<RunRow>(RUNS, [most, instant, id]);
  return rows.map(toRun);
}

/** A fault that two passes found is one. */
function once(faults: readonly TrailFault[]): TrailFault[] {
  const byPlace = new Map<string, TrailFault>();
  for (const fault of faults) {
    const place = `${fault.writer} ${String(fault.seq)} ${fault.kind}`;
    if (!byPlace.has(place)) byPlace.set(place, fault);
  }
  return [...byPlace.values()];
}

interface RunRow extends Pick<
  StoredRun,
  'id' | 'requestedBy' | 'chains' | 'completes' | 'isWhole' | 'faultCount'
> {
  readonly beganAtMs: string;
  readonly endedAtMs: string;
  readonly records: string;
  readonly checkpoint: string | null;
  readonly writer: string | null;
  readonly seq: string | null;
  readonly kind: ChainFaultKind | null;
}

function toRun({ beganAtMs, endedAtMs, records, checkpoint, writer, seq, kind, ...run }: RunRow): StoredRun {
  return {
    ...run,
    ...{ beganAtMs: Number(beganAtMs), endedAtMs: Number(endedAtMs), records: Number(records) },
    checkpoint: checkpoint === null ? null : Number(checkpoint),
    firstFault: writer === null || kind === null ? null : { writer, seq: Number(seq), kind },
  };
}

/** The newest stretch of each chain that has one in this pass. */
const CHAINS = `
SELECT w.writer, r.to_seq AS seq, ${millisecondsOf('r.verified_at')} AS "atMs", r.requested_by AS by
  FROM audit.writer w CROSS JOIN LATERAL
       (SELECT to_seq, verified_at, requested_by FROM audit.verified_range
         WHERE pass = $1 AND writer = w.writer ORDER BY after_seq DESC LIMIT 1) r`;

const RUNS = `
SELECT v.id, v.requested_by AS "requestedBy", ${millisecondsOf('v.began_at')} AS "beganAtMs",
       ${millisecondsOf('v.ended_at')} AS "endedAtMs", v.records, v.chains, v.checkpoint, v.completes,
       v.is_whole AS "isWhole", v.faults AS "faultCount", v.fault_writer AS writer, v.fault_seq AS seq, v.fault AS kind
  FROM audit.verification v
 WHERE $2::timestamptz IS NULL OR (v.began_at, v.id) < ($2::timestamptz, $3::uuid)
 ORDER BY v.began_at DESC, v.id DESC LIMIT $1`;
