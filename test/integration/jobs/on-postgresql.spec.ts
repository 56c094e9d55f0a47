import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { openQueueStore } from '../../../apps/gateway/src/adapters/queue/queue-store.js';
import { createDatabase, OWNER } from '../../support/servers/postgres.ts';
import { startTcpProxy } from '../../support/servers/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { jobTests } from './job-tests.ts';

const DEADLOCK = '40P01';

describe('background jobs on PostgreSQL, under the running role', () => {
  jobTests({
    async open(databaseUrl) {
      const proxy = await startTcpProxy(new URL(databaseUrl).host);
      const ownerUrl = new URL(databaseUrl);
      ownerUrl.username = OWNER;
      const owner = new pg.Pool({ connectionString: ownerUrl.href, max: 1 });
      const { rows } = await owner.query<{ names: string }>(
        `SELECT string_agg(format('bullmq.%I', tablename), ', ') AS names FROM pg_tables
         WHERE schemaname = 'bullmq' AND tablename <> 'migration'`,
      );
      return {
        ...{ proxy, redisUrl: null, databaseUrl: proxy.through(databaseUrl) },
        /** Tries again where PostgreSQL breaks it off as a deadlock with a job under way. */
        async flush() {
          for (let isDone = false; !isDone;)
            isDone = await owner.query(`TRUNCATE ${rows[0]?.names ?? ''}`).then(
              () => true,
              (error: unknown) => {
                if (error instanceof pg.DatabaseError && error.code === DEADLOCK) return false;
                throw error;
              },
            );
        },
        async contents() {
          const { rows: tables } = await owner.query<{ name: string }>(
            `SELECT format('bullmq.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq'`,
          );
          const texts: string[] = [];
          for (const { name } of tables) {
            const { rows: kept } = await owner.query<{ text: string }>(
              `SELECT t::text AS text FROM ${name} AS t`,
            );
            texts.push(name, ...kept.map(({ text }) => text));
          }
          return texts.join('\n');
        },
        async close() {
          await owner.end();
          await proxy.close();
        },
      };
    },
  });
});

it('all workers of a process are woken by one connection, and again once it was lost', async () => {
  const database = await createDatabase();
  const admin = new pg.Pool({ connectionString: database.superuserUrl, max: 1 });
  const ofTheQueue = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse queue'`;
  const store = openQueueStore({ redisUrl: null, databaseUrl: database.appUrl, onError: () => undefined });
  const names = Array.from({ length: 8 }, (_, index) => `kind-${index}`);
  const ran: string[] = [];
  // Without a notification they would look again in an hour.
  const workers = names.map((name) =>
    store.worker(name, async () => void ran.push(name), { drainDelay: 3_600, runRetryDelay: 200 }),
  );
  const queues = names.map((name) => store.queue(name));
  for (const each of [...workers, ...queues]) each.on('error', () => undefined);
  const runEach = async (): Promise<void> => {
    ran.length = 0;
    const jobId = randomUUID();
    await until('each is queued', () =>
      Promise.all(queues.map((queue) => queue.add('job', {}, { jobId }))).then(
        () => true,
        () => false,
      ),
    );
    await until('each has run', () => ran.length === names.length);
    expect(ran.toSorted()).toEqual(names);
  };
  await runEach();
  await runEach();
  const { rows } = await admin.query<{ query: string }>(`SELECT query ${ofTheQueue}`);
  expect(rows.length).toBeLessThanOrEqual(4);
  expect(rows.filter(({ query }) => query.includes('LISTEN'))).toHaveLength(1);
  await admin.query(`SELECT pg_terminate_backend(pid) ${ofTheQueue}`);
  await runEach();
  await runEach();

  await Promise.all([...workers, ...queues].map((each) => each.close()));
  await store.close();
  await admin.end();
  await database.drop();
});
