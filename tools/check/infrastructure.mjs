// A folder of infra with packages of its own (ADR 44), which are installed here, where alone they are needed: types, the
// lint rules that need them, and a synthesis that keeps the rules of its test folder.
//   node tools/check/infrastructure.mjs FOLDER     after a build: the program itself reads what is synthesised
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../environment.mjs';
import { installApart } from '../packages/install-apart.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `infra/${process.argv[2]}`;

function run(...command) {
  const [tool, ...args] = command;
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: toolEnvironment(),
  });
  if (status !== 0) process.exit(1);
}

installApart(join(root, folder));
run('oxlint/bin/oxlint', '--type-aware', '--type-check', '--max-warnings=0', folder);
run('vitest/vitest.mjs', 'run', '--config', `${folder}/vitest.config.ts`, '--reporter=dot');
