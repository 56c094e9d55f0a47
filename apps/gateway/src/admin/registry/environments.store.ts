import type { Environments } from '../injected.js';
import type { Transaction } from '../http/transactions.js';

/** The environments of the configuration, as rows that others refer to. */
export async function ensureEnvironments(
  transaction: Transaction,
  environments: Environments,
): Promise<void> {
  const data = [...environments].map(([name, { kind }]) => ({ name, kind }));
  await transaction.environment.createMany({ data, skipDuplicates: true });
}
