import type { RecordedTable } from '@gatehouse/domain/audit/history';
import type { Queries } from '../http/transactions.js';

export interface LastChange {
  /** Names who approved it, too. */
  readonly actor: string;
  readonly at: Date;
}

/** Who changed each of these rows last, and when, as the registry's history has it; by the key of the row. */
export async function lastChanges(
  db: Queries,
  tableName: RecordedTable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, LastChange>> {
  const changes = await db.registryChange.findMany({
    where: { tableName, rowKey: { in: [...keys] } },
    orderBy: { n: 'asc' },
    select: { rowKey: true, actor: true, at: true },
  });
  return new Map(changes.map(({ rowKey, ...change }) => [rowKey, change]));
}
