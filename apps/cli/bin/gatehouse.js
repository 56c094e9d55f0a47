#!/usr/bin/env node
// The command as npm links it. In a checkout it first compiles the source if that has changed.
import { existsSync } from 'node:fs';

const builder = new URL('../../../tools/build.mjs', import.meta.url);
if (existsSync(builder)) {
  const { build } = await import(builder.href);
  try {
    build(() => console.error('Compiling Gatehouse …'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
await import('../dist/gatehouse.js');
