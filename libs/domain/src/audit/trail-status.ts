/** How far the signed checkpoints cover the audit trail (docs/audit.md, "Checkpoints"). */
import { type ChainHead, chainsBehind } from './checkpoint.js';

/** A chain as the database has it. */
export interface Chain extends ChainHead {
  readonly host: string;
  readonly state: 'live' | 'sweeping' | 'swept' | 'closed';
  /** Epoch ms. */
  readonly startedAtMs: number;
  readonly leaseUntilMs: number;
}

/**
 * - `writing`: its process records.
 * - `lease over`: its process is gone or cut off; a sweeper ends it.
 * - `sweeping`: a sweeper gives the attempts that were open their OUTCOME.
 * - `ended`: nothing more is written to it.
 */
export type ChainState = 'writing' | 'lease over' | 'sweeping' | 'ended';

export interface ChainStatus extends Chain {
  readonly phase: ChainState;
  /** Its last rows, which no checkpoint covers yet. */
  readonly uncovered: number;
  /** It has less, or something else, than a checkpoint covers. */
  readonly isBehind: boolean;
}

export interface TrailStatus {
  readonly records: number;
  readonly uncovered: number;
  /** Chains that a checkpoint covers and the database no longer has. */
  readonly missing: readonly string[];
  /** Those behind a checkpoint first, then those that are written to, then the newest. */
  readonly chains: readonly ChainStatus[];
}

/** @param covered the newest head of each chain that a checkpoint has, by writer */
export function trailStatus(
  chains: readonly Chain[],
  covered: ReadonlyMap<string, ChainHead>,
  nowMs: number,
): TrailStatus {
  const behind = chainsBehind(covered, chains);
  const isBehind = new Set(behind.map(({ writer }) => writer));
  const statuses = chains.map((chain) => ({
    ...chain,
    phase: phaseOf(chain, nowMs),
    uncovered: Math.max(0, chain.seq - (covered.get(chain.writer)?.seq ?? 0)),
    isBehind: isBehind.has(chain.writer),
  }));
  return {
    records: sum(statuses.map(({ seq }) => seq)),
    uncovered: sum(statuses.map(({ uncovered }) => uncovered)),
    missing: behind.filter(({ seq }) => seq === null).map(({ writer }) => writer),
    chains: statuses.toSorted(
      (a, b) =>
        Number(b.isBehind) - Number(a.isBehind) ||
        Number(a.phase === 'ended') - Number(b.phase === 'ended') ||
        b.startedAtMs - a.startedAtMs,
    ),
  };
}

function phaseOf({ state, leaseUntilMs }: Chain, nowMs: number): ChainState {
  if (state === 'live') return leaseUntilMs > nowMs ? 'writing' : 'lease over';
  return state === 'sweeping' ? 'sweeping' : 'ended';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
