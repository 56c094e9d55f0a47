// infra/aws: types, lint, and a synthesis whose template keeps the rules of infra/aws/test. Its packages are its own
// (ADR 44) and are installed here, where alone they are needed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../environment.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const aws = join(root, 'infra', 'aws');
const stamp = join(aws, 'node_modules', '.gatehouse-install');
const lock = createHash('sha256')
  .update(readFileSync(join(aws, 'package-lock.json')))
  .digest('hex');

/** npm must not run on the Node of node_modules: it may not find itself there. */
const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((part) => !part.includes('node_modules'))
  .join(delimiter);

function install() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: aws,
    stdio: 'inherit',
    env: { ...process.env, PATH: outerPath },
  });
  if (npm.status !== 0) process.exit(1);
  writeFileSync(stamp, lock);
}

function run(...command) {
  const [tool, ...args] = command;
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: toolEnvironment(),
  });
  if (status !== 0) process.exit(1);
}

install();
run('@typescript/native/bin/tsc', '-p', 'infra/aws/tsconfig.json');
run('eslint/bin/eslint.js', '--config', 'infra/aws/eslint.config.js', '--max-warnings=0', 'infra/aws');
run('oxlint/bin/oxlint', '--type-aware', '--max-warnings=0', 'infra/aws');
run('vitest/vitest.mjs', 'run', '--config', 'infra/aws/vitest.config.ts', '--reporter=dot');
