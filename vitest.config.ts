import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [{ find: /^@gatehouse\/(domain|contracts|db)\/(.*)$/, replacement: here('libs/$1/src/$2.ts') }],
  },
  test: {
    include: [
      'apps/*/src/**/*.spec.ts',
      'libs/*/src/**/*.spec.ts',
      'tools/**/*.spec.mjs',
      'docs/site/src/*.spec.mjs',
    ],
    passWithNoTests: false,
    // A worker serves several files: starting one for each took longer than the tests.
    isolate: false,
    // A thousand tampered checkpoints take 8 s, and several times as long on a busy machine.
    testTimeout: 60_000,
  },
});
