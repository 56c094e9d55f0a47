import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { findPrometheus } from './tools/prometheus.mjs';
import { ONCE_MORE_AFTER_A_WAIT } from './test/support/until.ts';

/**
 * What measures times, or counts what a busy machine would change. These files wait for half of the time, so that two of
 * them run at once when the others are through.
 */
const IN_PAIRS = [
  'test/e2e/{corpus-slow,key-emergency,rate-limit,rotation}.spec.ts',
  'test/e2e/faults/{drain,registry,store,token,upstream}.spec.ts',
];

/** What takes both cores by itself: these files run one after the other, at the end. */
const ALONE = ['test/e2e/{heavy-requests,isolation,shared-rate}.spec.ts'];

/** What waits for real time limits most of the time: others run meanwhile. */
const WAITING = ['test/e2e/{alerts/alerts,faults/kill-points,faults/paused}.spec.ts'];

/** Only Prometheus can run these (ADR 40). `npm test` unpacks it, or says that they are left out. */
const ALERTS = findPrometheus() === undefined ? ['test/e2e/alerts/*.spec.ts'] : [];

const common = {
  globalSetup: [fileURLToPath(new URL('test/support/servers/postgres-server.ts', import.meta.url))],
  pool: 'forks' as const,
  // A worker serves several files: to load the helpers for each takes seconds of processor time.
  isolate: false,
  retry: ONCE_MORE_AFTER_A_WAIT,
  testTimeout: 120_000,
  hookTimeout: 180_000,
  teardownTimeout: 60_000,
};

/** End to end: real processes over HTTP, on one PostgreSQL. */
export default defineConfig({
  test: {
    passWithNoTests: false,
    // `npm test` runs the first two beside each other, as processes of their own (tools/test.mjs).
    projects: [
      {
        test: {
          ...common,
          name: '1 waiting',
          include: WAITING,
          exclude: [...configDefaults.exclude, ...ALERTS],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: '2 at once',
          include: ['test/e2e/**/*.spec.ts'],
          exclude: [...configDefaults.exclude, ...WAITING, ...IN_PAIRS, ...ALONE, ...ALERTS],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...common,
          name: '3 in pairs',
          include: IN_PAIRS,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: { ...common, name: '4 one by one', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 4 } },
      },
    ],
  },
});
