import { type Change, changeRegistry, type Database, type RegistryTransaction } from '@gatehouse/db/client';

export type { Change, Database } from '@gatehouse/db/client';
export type Transaction = RegistryTransaction;

/** Runs a change of the registry, which the database records with its actor and reason. All or nothing. */
export async function changing<T>(
  db: Database,
  change: Change,
  work: (transaction: Transaction) => Promise<T>,
  timeoutMs = 10_000,
): Promise<T> {
  if (change.transaction !== undefined) return work(change.transaction);
  const { value } = await changeRegistry(db, change, work, { timeoutMs });
  return value;
}
