import pg from 'pg';
import { describe } from 'vitest';
import { OWNER } from '../../support/servers/postgres.ts';
import { startTcpProxy } from '../../support/servers/tcp-proxy.ts';
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
