/** Monthly partitions of the audit trail, created ahead by functions of the database that take no argument. */
import type pg from 'pg';

/** What one step did: `busy` if a lock was taken, `complete` if there is nothing left to do. */
export type PartitionStep = 'complete' | 'copied' | 'moved' | 'busy';

export interface Partitions {
  /** Creates the partitions of this month and the next three, and moves a slice of the rows in the default partition. */
  keep(): Promise<PartitionStep>;
  /** The number of consecutive months, from the current one on, that have a partition. */
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
