import { createHash } from 'node:crypto';
import { type Change, changeRegistry, type Database, type RegistryTransaction } from '@gatehouse/db/client';

export type { Change, Database } from '@gatehouse/db/client';
export type Transaction = RegistryTransaction;

/** The database lets one change of the registry write at a time; waiting before reading keeps a decision true. */
const REGISTRY_LOCK = 4_281_953n;

/** Runs a change of the registry, which the database records with its actor and reason. All or nothing. */
export async function changing<T>(
  db: Database,
  change: Change,
  work: (transaction: Transaction) => Promise<T>,
  timeoutMs = 10_000,
): Promise<T> {
  if (change.transaction !== undefined) return work(change.transaction);
  const locked = async (transaction: Transaction): Promise<T> => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${REGISTRY_LOCK})`;
    return work(transaction);
  };
  const { value } = await changeRegistry(db, change, locked, { timeoutMs });
  return value;
}

/** Of a whole opaque key, which has 256 random bits: a slow hash would buy nothing. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
