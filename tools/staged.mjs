// Checks the format and lint of the staged files before a commit, without types, which takes a few seconds.
// `npm run check` checks everything.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from './environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const listed = spawnSync('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'], {
  cwd: root,
  encoding: 'utf8',
});
if (listed.status !== 0) process.exit(0);
const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
if (files.length === 0) process.exit(0);

const run = (command) =>
  spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: toolEnvironment(),
  }).status === 0;

const formatted = run([
  'node_modules/oxfmt/bin/oxfmt',
  '--check',
  '--no-error-on-unmatched-pattern',
  ...files,
]);
const code = files.filter((file) => /\.(ts|tsx|js|mjs)$/.test(file));
const linted =
  code.length === 0 ||
  run(['node_modules/eslint/bin/eslint.js', '--no-warn-ignored', '--max-warnings=0', ...code]);
if (!formatted) console.error('\nRun "npm run format" and stage the result.');
process.exit(formatted && linted ? 0 : 1);
