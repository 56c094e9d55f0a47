import { isProduction } from '@gatehouse/domain/registry/production';
import { type Change, type Database, type Transaction, Transactions } from '../http/transactions.js';
import type { Environments, ServedEnvironment } from '../injected.js';

const BY_START: Change = { actor: 'Gatehouse', reason: 'first start that serves the environment' };

/**
 * Gives each environment that is served a row. What the environments file says of four eyes goes into a row that says
 * nothing yet; after that the row counts, and only people change it.
 * @returns whether changes that matter need a second person, by environment
 */
export async function openEnvironments(
  db: Database,
  environments: Environments,
): Promise<ReadonlyMap<string, boolean>> {
  const recorded = await recordedFourEyes(db);
  // Without need, a start doesn't wait for a long change of the registry.
  if ([...environments.keys()].every((name) => recorded.has(name))) return recorded;
  return new Transactions(db).run(BY_START, async (transaction) => {
    for (const [name, environment] of environments) await openEnvironment(transaction, name, environment);
    return recordedFourEyes(transaction);
  });
}

/** Production needs a second person unless its file says otherwise. */
async function openEnvironment(
  transaction: Transaction,
  name: string,
  environment: ServedEnvironment,
): Promise<void> {
  const { kind, fourEyes = isProduction({ name, ...environment }) } = environment;
  const data = [{ name, kind, fourEyes }];
  await transaction.environment.createMany({ data, skipDuplicates: true });
  await transaction.environment.updateMany({ where: { name, fourEyes: null }, data: { fourEyes } });
}

async function recordedFourEyes(db: Pick<Database, 'environment'>): Promise<ReadonlyMap<string, boolean>> {
  const rows = await db.environment.findMany();
  return new Map(rows.flatMap(({ name, fourEyes }) => (fourEyes === null ? [] : [[name, fourEyes]])));
}
