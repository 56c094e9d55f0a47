/** What a worker says of itself and of the queue, in PostgreSQL, for those who cannot reach the queue. */
import { randomUUID } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';
import { withoutNhsNumbers } from '@gatehouse/domain/input/nhs-number';
import type { QueueStore } from './queue-store.js';

type Rows = Pick<Database, 'jobWorker' | '$executeRaw'>;

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

    /** Of all queues in one statement, because a worker looks at them every few seconds. */
    async measured(queues: ReadonlyMap<string, QueueMeasure>): Promise<void> {
      const rows = [...queues].map(([job, { running, waiting, oldestMs }]) => ({
        ...{ job, running, waiting },
        oldest_at: waiting === 0 ? null : new Date(now() - oldestMs),
      }));
      await db.$executeRaw`
        INSERT INTO job_queue (job, running, waiting, oldest_at, measured_at)
        SELECT job, running, waiting, oldest_at, ${new Date(now())}
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS seen (job text, running integer, waiting integer, oldest_at timestamptz)
        ON CONFLICT (job) DO UPDATE SET running = excluded.running, waiting = excluded.waiting,
          oldest_at = excluded.oldest_at, measured_at = excluded.measured_at`;
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
