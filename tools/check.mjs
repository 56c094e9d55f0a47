// `npm run check`: all checks of the code that don't run it, two at a time once it is built. It prints one line for each
// step. The first step that fails ends it and shows the output of its tool.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from './environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFile = (...parts) => join('node_modules', ...parts);

/** What takes longest comes first. */
const steps = [
  ['lint', [packageFile('eslint', 'bin', 'eslint.js'), '.', '--max-warnings=0']],
  [
    'lint with types',
    [
      packageFile('oxlint', 'bin', 'oxlint'),
      '--type-aware',
      '--max-warnings=0',
      '--ignore-pattern=infra/aws',
      '--ignore-pattern=infra/kubernetes',
    ],
  ],
  ['AWS infrastructure (each rule shown to bite)', ['tools/check/infrastructure.mjs', 'aws']],
  ['Kubernetes manifests (each rule shown to bite)', ['tools/check/infrastructure.mjs', 'kubernetes']],
  [
    'types of tests and tools',
    [packageFile('@typescript', 'native', 'bin', 'tsc'), '-p', 'tsconfig.tests.json'],
  ],
  ['format', [packageFile('oxfmt', 'bin', 'oxfmt'), '--check', '.']],
  ['boundaries (each rule shown to bite)', ['tools/check/boundary-canary.mjs']],
  ['dependencies (each fault shown to be found)', ['tools/check/dependencies.mjs']],
  ['structure (each rule shown to bite)', ['tools/check/structure.mjs']],
  ['generated pages are up to date', ['tools/docs/generate.mjs', '--check']],
  ['citations (planted ones refused)', ['tools/check/citations.mjs']],
  ['assurance pages (planted faults found)', ['tools/check/assurance.mjs']],
  ['commit-msg hook (planted messages refused)', ['tools/check/commit-message.mjs']],
  ['planted bugs (each can be planted)', ['test/assure/planted-bugs.mjs', '--check']],
  ['drills (each loads)', ['test/drills/run.ts', '--check']],
  ['.env.example', ['tools/check/check-env-example.mjs']],
  ['systemd unit (planted faults found)', ['tools/check/systemd-unit.mjs']],
  ['schema drift', ['tools/schema/check-drift.ts']],
];

const running = new Set();

async function run([name, command]) {
  const startedAt = Date.now();
  const step = spawn(process.execPath, command, {
    cwd: root,
    env: toolEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(step);
  const [stdout, stderr, [status]] = await Promise.all([
    text(step.stdout),
    text(step.stderr),
    once(step, 'close'),
  ]);
  running.delete(step);
  const ok = status === 0;
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${name}`,
  );
  if (ok) return;
  console.log(`${stdout}${stderr}`);
  for (const other of running) other.kill();
  process.exit(1);
}

/** Takes one step after the other from the same list. */
async function takeSteps(left) {
  for (let step = left.shift(); step !== undefined; step = left.shift()) await run(step);
}

await run(['build', ['tools/build.mjs']]);
const left = [...steps];
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => takeSteps(left)));
