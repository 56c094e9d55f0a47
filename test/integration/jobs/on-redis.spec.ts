import { describe } from 'vitest';
import { startRedis } from '../../support/servers/redis-server.ts';
import { startTcpProxy } from '../../support/servers/tcp-proxy.ts';
import { jobTests } from './job-tests.ts';

describe('background jobs on Redis', () => {
  jobTests({
    async open(databaseUrl) {
      const redis = await startRedis();
      const proxy = await startTcpProxy(new URL(redis.url).host);
      return {
        ...{ proxy, redisUrl: proxy.through(redis.url), databaseUrl },
        async flush() {
          await redis.command('FLUSHALL');
        },
        contents: () => redis.contents(),
        async close() {
          await proxy.close();
          await redis.stop();
        },
      };
    },
  });
});
