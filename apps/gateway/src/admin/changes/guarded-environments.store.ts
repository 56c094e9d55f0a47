import type { Transaction } from '../http/transactions.js';

/**
 * The environments in which changes that matter need a second person, as the registry has them under its lock. An
 * environment of which nothing is recorded is among them (law 7).
 */
export async function guardedEnvironments(transaction: Transaction): Promise<ReadonlySet<string>> {
  const rows = await transaction.environment.findMany({
    where: { OR: [{ fourEyes: true }, { fourEyes: null }] },
  });
  return new Set(rows.map(({ name }) => name));
}
