import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The console in a real browser, before real processes. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.spec.ts'],
    globalSetup: [fileURLToPath(new URL('test/support/servers/postgres-server.ts', import.meta.url))],
    passWithNoTests: false,
    pool: 'forks',
    // A worker serves several files: to load Playwright and axe for each takes seconds of processor time.
    isolate: false,
    maxWorkers: 2,
    // Pages of the console are walked two at a time.
    maxConcurrency: 2,
    // Chromium now and then loses a key or a click on a busy machine. tools/test.mjs lists what passed only then.
    retry: 1,
    testTimeout: 240_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
});
