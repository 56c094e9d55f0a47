/** Monthly partitions of the audit trail, made ahead by functions of the database that take no argument. */
import type pg from 'pg';

/** What one step did: `busy` when a lock was not to be had, `complete` when nothing is left to do. */
export type PartitionStep = 'complete' | 'copied' | 'moved' | 'busy';

export interface Partitions {
  /** Makes the partitions of this month and the next three, and moves a slice of what lies in the default one. */
  keep(): Promise<PartitionStep>;
  /** Months in a row, the current one included, that have a partition of their own. */
  ahead(): Promise<number>;
}

export function openPartitions(database: Pick<pg.Pool, 'query'>): Partitions {
  return {
    async keep() {
      const { rows } = await database.query<{ step: PartitionStep }>(
        'SELECT audit.keep_partitions() AS step',
      );
      return rows[0]?.step ?? 'busy';
    },
    async ahead() {
      const { rows } = await database.query<{ months: number }>('SELECT audit.partitions_ahead() AS months');
      return rows[0]?.months ?? 0;
    },
  };
}
