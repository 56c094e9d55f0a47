/** (k) Background jobs from their request to their end, with the queue in PostgreSQL and in Redis. */
import { createPrisma } from '@gatehouse/db/client';
import { z } from 'zod';
import { createJobRecords, requestJobs } from '../../../apps/gateway/dist/adapters/queue/job-records.js';
import { openQueueStore } from '../../../apps/gateway/dist/adapters/queue/queue-store.js';
import { workerReports } from '../../../apps/gateway/dist/adapters/queue/worker-reports.js';
import { startBackgroundJobs } from '../../../apps/gateway/dist/jobs/queue/background-jobs.js';
import { findRedis } from '../../../tools/redis.mjs';
import { createDatabase } from '../../support/servers/postgres.ts';
import { startRedis } from '../../support/servers/redis-server.ts';
import { until } from '../../support/until.ts';
import { inScope, type Later } from '../benchmark.ts';
import type { Bench, Row } from '../row.ts';

const JOB = 'bench';
const KIND = {
  ...{ purpose: 'Does nothing.', waits: 'Nothing.', everyMs: null },
  ...{ timeLimitMs: 60_000, attempts: 3, backOffMs: 1_000, concurrency: 8 },
};
const LONGEST_MS = 600_000;

export const jobs: Row = {
  title: 'background jobs from request to end, on PostgreSQL and on Redis',
  async run(bench) {
    await inScope((later) => measure(bench, later, null));
    if (findRedis() === undefined) console.log('  Redis is not here, so its figure is left out');
    else
      await inScope(async (later) => {
        const redis = await startRedis();
        later(() => redis.stop());
        await measure(bench, later, redis.url);
      });
  },
};

/** One worker process, as far as its jobs are concerned. */
async function measure(bench: Bench, later: Later, redisUrl: string | null): Promise<void> {
  const database = await createDatabase();
  later(() => database.drop());
  const db = createPrisma(database.appUrl);
  later(() => db.$disconnect());
  const records = createJobRecords(db, Date.now);
  const store = openQueueStore({
    ...{ redisUrl, databaseUrl: database.appUrl },
    onError: console.error,
  });
  const worker = startBackgroundJobs({
    ...{ store, records, reports: workerReports(db, store.kind, Date.now) },
    jobs: [
      { name: JOB, kind: KIND, payload: z.strictObject({ id: z.uuid() }), run: () => Promise.resolve() },
    ],
    log: { warn: console.warn, error: console.error },
    onLag: () => undefined,
    onDead: () => Promise.resolve(),
    onStore: () => undefined,
  });
  later(() => worker.stop(1_000));
  const runAll = async (count: number): Promise<number> => {
    const payloads = Array.from({ length: count }, () => ({ id: crypto.randomUUID() }));
    const startedMs = performance.now();
    await requestJobs(db, { job: JOB, payloads, by: 'benchmark', nowMs: Date.now() });
    const left = () => db.backgroundJob.count({ where: { state: 'waiting' } });
    await until('all are done', async () => (await left()) === 0, LONGEST_MS);
    return performance.now() - startedMs;
  };
  await runAll(bench.isQuick ? 20 : 500);
  const count = bench.isQuick ? 200 : 10_000;
  const perSecond = Math.round((count / (await runAll(count))) * 1_000);
  console.log(`  ${store.kind}: ${perSecond} jobs/s of ${count}`);
  bench.record({ store: store.kind, count, perSecond });
}
