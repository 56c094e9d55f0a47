// `npm run check`: all checks of the code that don't run it. It prints one line for each step. The first step that fails
// ends it and shows the output of its tool.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from './environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFile = (...parts) => join('node_modules', ...parts);

const steps = [
  ['format', [packageFile('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.']],
  ['build', ['tools/build.mjs']],
  ['types of tests and tools', [packageFile('typescript', 'bin', 'tsc'), '-p', 'tsconfig.tests.json']],
  ['boundaries (each rule shown to bite)', ['tools/check/boundary-canary.mjs']],
  ['dependencies (each fault shown to be found)', ['tools/check/dependencies.mjs']],
  ['structure (each rule shown to bite)', ['tools/check/structure.mjs']],
  ['lint with types', [packageFile('eslint', 'bin', 'eslint.js'), '.', '--max-warnings=0']],
  ['generated pages are up to date', ['tools/docs/generate.mjs', '--check']],
  ['citations (planted ones refused)', ['tools/check/citations.mjs']],
  ['commit-msg hook (planted messages refused)', ['tools/check/commit-message.mjs']],
  ['.env.example', ['tools/check/check-env-example.mjs']],
  ['image (planted contents refused)', ['tools/image/check.mjs']],
  ['schema drift', ['tools/schema/check-drift.ts']],
];

for (const [name, command] of steps) {
  const startedAt = Date.now();
  const step = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
    env: toolEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const ok = step.status === 0;
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${name}`,
  );
  if (!ok) {
    console.log(`${step.stdout ?? ''}${step.stderr ?? ''}${step.error?.message ?? ''}`);
    process.exit(1);
  }
}
