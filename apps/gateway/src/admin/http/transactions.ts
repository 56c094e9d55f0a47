import { type Change, changeRegistry, type Database, type RegistryTransaction } from '@gatehouse/db/client';
import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../injected.js';

export type { Change, Database, PersonId, Queries } from '@gatehouse/db/client';
export type Transaction = RegistryTransaction;

/** The one place of the admin API that opens a transaction. What runs inside takes the transaction as a parameter. */
@Injectable()
export class Transactions {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /**
   * Runs a change of the registry, which the database records with its actor and reason. All or nothing; writers take
   * turns.
   */
  async run<T>(
    change: Change,
    work: (transaction: Transaction) => Promise<T>,
    timeoutMs = 10_000,
  ): Promise<T> {
    const { value } = await changeRegistry(this.db, change, work, { timeoutMs });
    return value;
  }
}
