import { defineConfig } from 'vitest/config';

/** End to end: real processes over HTTP, one file after the other, nothing tried twice. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts', 'test/e2e/**/*.spec.ts'],
    passWithNoTests: false,
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
});
