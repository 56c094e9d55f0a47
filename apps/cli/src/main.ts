#!/usr/bin/env node
import { ask } from './prompt.js';
import { run } from './program.js';
import { loadEnvFile, readSettings } from './settings.js';

// A reader that closes the pipe, such as `head`, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

loadEnvFile();
process.exitCode = await run(process.argv.slice(2), {
  settings: readSettings(),
  ask,
  output: {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY,
  },
});
