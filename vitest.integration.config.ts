import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { findRedis } from './tools/redis.mjs';
import { ONCE_MORE_AFTER_A_WAIT } from './test/support/until.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Left out where Redis is not installed; `npm test` installs it where it may, and says so where it may not. */
const ON_REDIS = findRedis() === undefined ? ['test/integration/jobs/on-redis.spec.ts'] : [];

/** Against real servers, in the test's own process: PostgreSQL and the NHS simulator are started once for the run. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@gatehouse\/(domain|contracts|db)\/(.*)$/, replacement: here('libs/$1/src/$2.ts') },
      { find: '#hooks', replacement: here('apps/gateway/src/hooks/hooks.ts') },
    ],
  },
  test: {
    include: ['test/integration/**/*.spec.ts'],
    exclude: [...configDefaults.exclude, ...ON_REDIS],
    globalSetup: [
      here('test/support/servers/postgres-server.ts'),
      here('test/support/servers/simulator-server.ts'),
    ],
    setupFiles: [here('test/support/servers/refuse-deprecated-pg.ts')],
    passWithNoTests: false,
    pool: 'forks',
    // A worker serves several files: to load the gateway for each takes two seconds of processor time.
    isolate: false,
    maxWorkers: 2,
    retry: ONCE_MORE_AFTER_A_WAIT,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
