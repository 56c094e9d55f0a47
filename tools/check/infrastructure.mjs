// A folder of infra with packages of its own (ADR 44), which are installed here, where alone they are needed: types, the
// lint rules that need them, and a synthesis that keeps the rules of its test folder.
//   node tools/check/infrastructure.mjs FOLDER     after a build: the program itself reads what is synthesised
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../environment.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `infra/${process.argv[2]}`;
const stamp = join(root, folder, 'node_modules', '.gatehouse-install');
const lock = createHash('sha256')
  .update(readFileSync(join(root, folder, 'package-lock.json')))
  .digest('hex');

/** npm must not run on the Node of node_modules: it may not find itself there. */
const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((part) => !part.includes('node_modules'))
  .join(delimiter);

function install() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: join(root, folder),
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
run('oxlint/bin/oxlint', '--type-aware', '--type-check', '--max-warnings=0', folder);
run('vitest/vitest.mjs', 'run', '--config', `${folder}/vitest.config.ts`, '--reporter=dot');
