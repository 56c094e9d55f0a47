import type { AdminDeps } from '../deps.js';
import type { Transaction } from '../http/transaction.store.js';

/** The environments of the configuration, as rows that others refer to. */
export async function ensureEnvironments(
  transaction: Transaction,
  environments: AdminDeps['environments'],
): Promise<void> {
  const data = [...environments].map(([name, { kind }]) => ({ name, kind }));
  await transaction.environment.createMany({ data, skipDuplicates: true });
}
