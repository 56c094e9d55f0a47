/**
 * `npm run assure [rounds] [files…]`: the proofs of `npm test` with more rounds of each scenario (default 10), and
 * nothing else. Give names of spec files, or parts of them, to run those alone.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROOFS = ['isolation', 'faults-', 'kill-points', 'drain'];

const [first = '', ...others] = process.argv.slice(2);
const isNumber = /^[1-9][0-9]*$/.test(first);
const rounds = isNumber ? first : '10';
const files = isNumber ? others : [first, ...others].filter((name) => name !== '');

const startedAt = Date.now();
const run = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--config', 'vitest.e2e.config.ts'],
    ...(files.length > 0 ? files : PROOFS).map((name) => `test/e2e/${name.replace(/^test\/e2e\//, '')}`),
    // A scenario takes as long as its rounds.
    `--testTimeout=${String(120_000 * Number(rounds))}`,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, GATEHOUSE_ASSURE_ROUNDS: rounds } },
);
process.stdout.write(
  `assure: ${rounds} rounds in ${String(Math.round((Date.now() - startedAt) / 1000))} s\n`,
);
process.exitCode = run.status ?? 1;
