/**
 * Keeps the rows by which lists are filtered by health: follows the registry and the trail, and decides again what they
 * changed. What one run doesn't come to, the next one does.
 */
import type { ApplicationHealth } from '../adapters/health/application-healths.js';
import type { DueHealths } from '../adapters/health/health-rows.js';

export interface HealthWatchDeps {
  /** @returns whether there is more to read */
  readonly markChanged: () => Promise<boolean>;
  readonly due: (most: number) => Promise<DueHealths>;
  readonly decide: (ids: readonly string[]) => Promise<ApplicationHealth[]>;
  readonly store: (due: DueHealths, decided: readonly ApplicationHealth[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Decided by one statement each. */
const AT_ONCE = 250;
/** Of each kind in a run, so that none takes long. */
const MOST_SLICES = 40;

export async function run({ markChanged, due, decide, store, signal }: HealthWatchDeps): Promise<void> {
  for (let slice = 0; slice < MOST_SLICES && !signal.aborted; slice += 1) if (!(await markChanged())) break;
  for (let slice = 0; slice < MOST_SLICES && !signal.aborted; slice += 1) {
    const marked = await due(AT_ONCE);
    if (marked.size > 0) await store(marked, await decide([...marked.keys()]));
    if (marked.size < AT_ONCE) break;
  }
}
