import { GIVE_UP_AFTER_BUDGETS } from '../adapters/audit/write/options.js';

/** How long a replica may be out of touch before another speaks for it, and when it gives up itself. */
export const LEASE = { ttlMs: 30_000, renewMs: 5_000, fenceMs: 25_000 };

interface Budgets {
  readonly GATEHOUSE_AUDIT_COMMIT_MS: number;
  readonly GATEHOUSE_KMS_MS: number;
  readonly GATEHOUSE_CONNECT_MS: number;
}

/**
 * Budgets that outlast the lease: a call would still wait for its commit, its key or its connection when another process
 * already speaks for it.
 */
export function leaseFaults(budgets: Budgets): string[] {
  const longest = {
    GATEHOUSE_AUDIT_COMMIT_MS: LEASE.fenceMs / GIVE_UP_AFTER_BUDGETS,
    GATEHOUSE_KMS_MS: LEASE.fenceMs,
    GATEHOUSE_CONNECT_MS: LEASE.fenceMs,
  } as const satisfies Budgets;
  return Object.entries(longest).flatMap(([name, mostMs]) =>
    budgets[name as keyof Budgets] > mostMs
      ? [`${name}: at most ${mostMs}, so that it ends within the lease of the audit trail`]
      : [],
  );
}
