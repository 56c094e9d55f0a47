/** What a worker says of itself and of the queue, in PostgreSQL, for those who cannot reach the queue. */
import { randomUUID } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import type { QueueStore } from './queue-store.js';

type Rows = Pick<Database, 'jobWorker' | 'jobQueue'>;

/** Of the queue of one job. */
export interface QueueMeasure {
  readonly running: number;
  readonly waiting: number;
  /** How long the oldest waiting job has been due; 0: none waits. */
  readonly oldestMs: number;
}

/** Then nobody looks at what a worker has left any more. */
const FORGOTTEN_MS = 3_600_000;
const CAUSE_LENGTH = 300;

export type WorkerReports = ReturnType<typeof workerReports>;

export function workerReports(db: Rows, store: QueueStore['kind'], now: () => number) {
  const id = randomUUID();
  const startedAt = new Date(now());
  let awaySince: Date | null = null;
  return {
    /** @param away why the queue could not be reached last; null: it works */
    async seen(away: Error | null): Promise<void> {
      const seenAt = new Date(now());
      awaySince = away === null ? null : (awaySince ?? seenAt);
      const awayCause = away === null ? null : awayText(away);
      const report = { store, seenAt, awaySince, awayCause };
      await db.jobWorker.upsert({ where: { id }, create: { id, startedAt, ...report }, update: report });
      await db.jobWorker.deleteMany({ where: { seenAt: { lt: new Date(now() - FORGOTTEN_MS) } } });
    },

    async measured(job: string, { running, waiting, oldestMs }: QueueMeasure): Promise<void> {
      const measuredAt = new Date(now());
      const oldestAt = waiting === 0 ? null : new Date(now() - oldestMs);
      const measure = { running, waiting, oldestAt, measuredAt };
      await db.jobQueue.upsert({ where: { job }, create: { job, ...measure }, update: measure });
    },

    /** This worker ends. */
    async gone(): Promise<void> {
      await db.jobWorker.deleteMany({ where: { id } });
    },
  };
}

/** In one line. It names the address, which a person needs to look for the fault. */
const awayText = ({ message }: Error): string =>
  withoutNhsNumbers(message.replace(/\s+/g, ' ').trim()).slice(0, CAUSE_LENGTH);
