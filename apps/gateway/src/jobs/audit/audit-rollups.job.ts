/**
 * Counts the new records of the audit trail into its hourly roll-ups (docs/audit.md, "Roll-ups"; ADR 70), and at first
 * those that existed before there were any. What a killed run has counted stands, and the next one goes on from there.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ChainAhead } from '../../adapters/audit/chains-ahead.js';
import type { RollupStore } from '../../adapters/audit/rollup/rollup.store.js';

export interface AuditRollupsDeps {
  readonly store: RollupStore;
  /** Epoch ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly signal: AbortSignal;
}

/** Then the run ends, and the next one goes on. The job's own limit is a minute longer. */
const BUDGET_MS = 60_000;
/** Records counted by one statement: some hundred milliseconds. */
const PAGE = 5_000;

export async function run(deps: AuditRollupsDeps): Promise<void> {
  const endMs = deps.monotonicNow() + BUDGET_MS;
  const isOver = (): boolean => deps.signal.aborted || deps.monotonicNow() >= endMs;
  for (const chain of await deps.store.uncounted()) {
    if (isOver()) return;
    await countChain(deps, chain, isOver);
  }
}

/** Up to where the chain stood when the run began, or to where another worker counts on. */
async function countChain(
  { store, now, monotonicNow }: AuditRollupsDeps,
  { writer, seq, headSeq }: ChainAhead,
  isOver: () => boolean,
): Promise<void> {
  let counted: number | null = seq;
  while (counted !== null && counted < headSeq && !isOver()) {
    const beganMs = monotonicNow();
    counted = await store.countPage(writer, counted, PAGE, now());
    // Half of the database's time is left to requests while there is much to count.
    if (counted !== null && counted < headSeq) await pause(monotonicNow() - beganMs);
  }
}
