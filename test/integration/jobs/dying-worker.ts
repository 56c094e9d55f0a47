/**
 * A worker process for the tests of SIGKILL: it kills itself when it takes a job, at the point that `DELIVERY` names beside
 * the job and the addresses of its stores.
 */
import process from 'node:process';
import { createPrisma } from '@gatehouse/db/client';
import type { JobKind } from '@gatehouse/domain/jobs/job-kinds';
import { z } from 'zod';
import { createJobRecords } from '../../../apps/gateway/dist/adapters/queue/job-records.js';
import { openQueueStore } from '../../../apps/gateway/dist/adapters/queue/queue-store.js';
import { workerReports } from '../../../apps/gateway/dist/adapters/queue/worker-reports.js';
import { startBackgroundJobs } from '../../../apps/gateway/dist/jobs/queue/background-jobs.js';
import { type Delivery, SHORT_LOCKS, takeEffect } from './deaths.ts';

const delivery = JSON.parse(process.env['DELIVERY'] ?? '') as Delivery & { readonly kind: JobKind };
const { name, kind, redisUrl, queueUrl, databaseUrl, diesAt } = delivery;

function dieAt(point: Delivery['diesAt']): void {
  if (point === diesAt) process.kill(process.pid, 'SIGKILL');
}

const db = createPrisma(databaseUrl);
const records = createJobRecords(db, Date.now);
const store = openQueueStore({
  ...{ redisUrl, databaseUrl: queueUrl, connections: 10 },
  onError: () => undefined,
});
startBackgroundJobs({
  store,
  records: {
    ...records,
    async succeeded(job, queueId) {
      await records.succeeded(job, queueId);
      dieAt('after its success is recorded');
    },
  },
  jobs: [
    {
      ...{ name, kind, payload: z.strictObject({ id: z.uuid() }) },
      async run() {
        dieAt('before its effect');
        await takeEffect(db);
        dieAt('after its effect');
      },
    },
  ],
  log: { warn: () => undefined, error: () => undefined },
  onLag: () => undefined,
  onDead: () => Promise.resolve(),
  onStore: () => undefined,
  reports: workerReports(db, store.kind, Date.now),
  workerOptions: SHORT_LOCKS,
});
