/** What a row of a replica says: whether its process runs, and whether it is well (ADR 77). */

/** How often a process writes its row. */
export const REPLICA_REPORT_MS = 10_000;
/** Three reports in a row are missing. */
const SILENT_MS = 35_000;

export const REPLICA_STATES = ['well', 'unwell', 'silent'] as const;
/** `silent`: it has ended without removing its row, or doesn’t reach the database. */
export type ReplicaState = (typeof REPLICA_STATES)[number];

/** @param sinceSeenMs since its last report, by the clock of the database */
export function replicaState(sinceSeenMs: number, faults: readonly string[]): ReplicaState {
  if (sinceSeenMs > SILENT_MS) return 'silent';
  return faults.length === 0 ? 'well' : 'unwell';
}
