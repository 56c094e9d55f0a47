import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  // Loading cdk8s-plus takes most of the time, so one worker does all of it once.
  test: { include: ['test/*.spec.ts'], isolate: false, fileParallelism: false },
});
