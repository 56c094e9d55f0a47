import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/**
 * What measures times, counts what a busy machine would change, or takes both cores by itself: these files run one
 * after the other, when the others are through.
 */
const ALONE = [
  'test/e2e/corpus.spec.ts',
  'test/e2e/isolation.spec.ts',
  'test/e2e/faults/{drain,registry,store,token,upstream}.spec.ts',
];

/** Waits half a minute for leases to end: begun first, so that others run meanwhile. Projects start in alphabetical order. */
const FIRST = ['test/e2e/faults/kill-points.spec.ts'];

const common = {
  globalSetup: [fileURLToPath(new URL('test/support/postgres-server.ts', import.meta.url))],
  pool: 'forks' as const,
  retry: 0,
  testTimeout: 120_000,
  hookTimeout: 180_000,
  teardownTimeout: 60_000,
};

/** End to end: real processes over HTTP, on one PostgreSQL, nothing tried twice. */
export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: [
      { test: { ...common, name: 'first', include: FIRST, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        test: {
          ...common,
          name: 'others',
          include: ['test/e2e/**/*.spec.ts'],
          exclude: [...configDefaults.exclude, ...FIRST, ...ALONE],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...common, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
