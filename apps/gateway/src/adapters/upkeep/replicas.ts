/** The row in which this process says that it runs and what is wrong with it, for the console (ADR 77). */
import { randomUUID } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';

type Rows = Pick<Database, 'replica' | '$executeRaw'>;

export interface ReplicaReport {
  /** Sentences without secrets. */
  readonly faults: readonly string[];
  readonly overdueJobs: readonly string[];
}

const MOST_FAULTS = 20;
const FAULT_LENGTH = 200;

export function openReplicaRow(
  db: Rows,
  { roles, version, startedAtMs }: { roles: Iterable<string>; version: string; startedAtMs: number },
) {
  const id = randomUUID();
  const roleNames = [...roles];
  return {
    async report({ faults, overdueJobs }: ReplicaReport): Promise<void> {
      const cut = faults.slice(0, MOST_FAULTS).map((fault) => fault.slice(0, FAULT_LENGTH));
      await db.$executeRaw`
        INSERT INTO replica (id, roles, version, started_at, seen_at, faults, overdue_jobs)
        VALUES (${id}::uuid, ${roleNames}::text[], ${version}, ${new Date(startedAtMs)}, clock_timestamp(),
                ${cut}::text[], ${[...overdueJobs]}::text[])
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, faults = excluded.faults,
          overdue_jobs = excluded.overdue_jobs`;
    },
    /** The process ends. */
    async remove(): Promise<void> {
      await db.replica.deleteMany({ where: { id } });
    },
  };
}
