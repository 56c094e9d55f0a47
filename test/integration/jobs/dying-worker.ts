/**
 * A worker process for the tests of SIGKILL: it goes no further with each job of `DYING_WORKER` than to the point that is
 * named beside it, and kills itself once it has come there with all of them.
 */
import process from 'node:process';
import { createPrisma } from '@gatehouse/db/client';
import { z } from 'zod';
import { createJobRecords } from '../../../apps/gateway/dist/adapters/queue/job-records.js';
import { openQueueStore } from '../../../apps/gateway/dist/adapters/queue/queue-store.js';
import { workerReports } from '../../../apps/gateway/dist/adapters/queue/worker-reports.js';
import { startBackgroundJobs } from '../../../apps/gateway/dist/jobs/queue/background-jobs.js';
import { type Delivery, type DyingWorker, SHORT_LOCKS, takeEffect } from './deaths.ts';

const worker = JSON.parse(process.env['DYING_WORKER'] ?? '') as DyingWorker;
const { deliveries, kind, redisUrl, queueUrl, databaseUrl } = worker;
const going = new Map(deliveries.map(({ name, diesAt }) => [name, diesAt]));

/** Never returns if this is where the process dies with this job. */
async function dieAt(point: Delivery['diesAt'], name: string): Promise<void> {
  if (going.get(name) !== point) return;
  going.delete(name);
  if (going.size === 0) process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

const db = createPrisma(databaseUrl);
const records = createJobRecords(db, Date.now);
const store = openQueueStore({
  ...{ redisUrl, databaseUrl: queueUrl },
  onError: () => undefined,
});
startBackgroundJobs({
  store,
  records: {
    ...records,
    async succeeded(job, queueId) {
      await records.succeeded(job, queueId);
      await dieAt('after its success is recorded', job);
    },
  },
  jobs: deliveries.map(({ name }) => ({
    ...{ name, kind, payload: z.strictObject({ id: z.uuid() }) },
    async run() {
      await dieAt('before its effect', name);
      await takeEffect(db, name);
      await dieAt('after its effect', name);
    },
  })),
  log: { warn: () => undefined, error: () => undefined },
  onLag: () => undefined,
  onDead: () => Promise.resolve(),
  onStore: () => undefined,
  reports: workerReports(db, store.kind, Date.now),
  workerOptions: SHORT_LOCKS,
});
