// Runs first, even on a fresh clone, with any Node from 20 on: no packages, and only the syntax of Node 20. It makes
// node_modules match package-lock.json, then starts the task with the pinned Node of node_modules.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.gatehouse-install');

/** The tasks by name. Those that are `built` need the compiled workspace. */
const tasks = {
  start: { script: 'tools/start.mjs' },
  test: { script: 'tools/test.mjs' },
  check: { script: 'tools/check.mjs' },
  staged: { script: 'tools/staged.mjs' },
  bench: { script: 'test/bench/run.ts', built: true },
  'bench:lists': { script: 'test/bench/lists.ts', built: true },
  drill: { script: 'test/drills/run.ts', built: true },
  assure: { script: 'test/assure/run.ts', built: true },
  screenshots: { script: 'test/screenshots/take.ts', built: true },
  'docs:build': { script: 'tools/docs/site.mjs', built: true },
  'docs:serve': { script: 'tools/docs/site.mjs', built: true, arguments: ['--serve'] },
  image: { script: 'tools/image/build/main.mjs', built: true },
  release: { script: 'tools/release/main.mjs' },
  planted: { script: 'test/assure/planted-bugs.mjs', built: true },
  gateway: {
    script: 'apps/gateway/dist/bundle/program/main.js',
    built: true,
    flags: ['--env-file-if-exists=.env'],
  },
  simulator: { script: 'apps/simulator/dist/main.js', built: true },
  gatehouse: { script: 'apps/cli/dist/gatehouse.js', built: true },
};

const fail = (text) => {
  console.error(text);
  process.exit(1);
};

const [taskName, ...args] = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Gatehouse needs Node 20 or newer. This is ${process.version}.`);
if (!Object.hasOwn(tasks, taskName ?? ''))
  fail(`Usage: node tools/bootstrap.mjs ${Object.keys(tasks).join('|')}`);
const task = tasks[taskName];

const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
const lockHash = createHash('sha256').update(lockText).digest('hex');

/** Whether npm's record of what it installed matches the lock file. */
function installedAsLocked() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !existsSync(join(bin, 'node'))) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(JSON.parse(lockText).packages).every(([path, locked]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const record = installed[path];
    if (record === undefined)
      return locked.optional === true || locked.devOptional === true || locked.peer === true;
    return record.version === locked.version && record.resolved === locked.resolved;
  });
}

/** The PATH without node_modules/.bin, since npm must not run on the Node that it is about to replace. */
const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((part) => !part.includes('node_modules'))
  .join(delimiter);

function install() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === lockHash && existsSync(join(bin, 'node')))
    return;
  if (!installedAsLocked()) {
    console.error('Installing packages (npm ci) …');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 'inherit'],
      env: { ...process.env, PATH: outerPath },
    });
    if (npm.error) fail(`npm could not be started: ${npm.error.message}`);
    if (npm.status !== 0) fail('npm ci failed. Nothing was started.');
  }
  writeFileSync(stamp, `${lockHash}\n`);
}

install();

const node = join(bin, 'node');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  NX_NO_CLOUD: 'true',
};

if (task.built) {
  const built = spawnSync(node, [join(root, 'tools', 'build.mjs')], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    env,
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
if (!existsSync(join(root, task.script))) fail(`${task.script} does not exist.`);

const child = spawn(
  node,
  [...(task.flags ?? []), join(root, task.script), ...(task.arguments ?? []), ...args],
  {
    cwd: root,
    stdio: 'inherit',
    env,
  },
);
// A terminal sends Ctrl-C to the child as well, but a supervisor signals only this process, which passes it on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  });
}
// npm ends on a signal without passing it on. Then this process notices that its parent is gone.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 500).unref();
child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(each);
  process.kill(process.pid, signal);
});
