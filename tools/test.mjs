// Runs the test suites and adds up vitest's counts: all suites, or those that are named. The end-to-end suite waits for a
// third of its time, so others run beside it where the machine has room for them; what measures times runs alone, at the
// end. The last line is always "N passed, N failed, N skipped". A skipped test fails the run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { toolEnvironment } from './environment.mjs';
import { ensurePrometheus } from './prometheus.mjs';
import { ensureRedis } from './redis.mjs';
import { scratchHome } from './scratch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const suites = {
  unit: { config: 'vitest.config.ts' },
  integration: { config: 'vitest.integration.config.ts' },
  e2e: { config: 'vitest.e2e.config.ts' },
  browser: { config: 'vitest.browser.config.ts' },
};
/** The parts of `e2e` by the projects of its configuration. */
const WAITING = ['--project=1 waiting'];
const BESIDE_OTHERS = ['--project=2 at once'];
const AT_THE_END = ['--project=3 in pairs', '--project=4 one by one'];
/** Beside all others, so that gateways are not starved on two cores and take their time limits for faults. */
const ONE_AT_A_TIME = ['--maxWorkers=1'];
/** The suites together run up to five Gatehouses at once, and two Chromiums. */
const MEMORY_FOR_ALL = 8 * 1024 ** 3;

const words = process.argv.slice(2);
const named = words.filter((word) => Object.hasOwn(suites, word));
const passedOn = words.filter((word) => !Object.hasOwn(suites, word));
const scratch = mkdtempSync(join(scratchHome(), 'gatehouse-test-'));
// As root, PostgreSQL runs as another user, who has to reach its files.
chmodSync(scratch, 0o755);
const totals = { passed: 0, failed: 0, skipped: 0 };
/** What failed, by its suite, file and name: printed again at the end, where it is found at once. */
const failures = [];
/** What failed once and passed when it was tried again. */
const secondAttempts = [];

const running = new Set();
let interrupted = false;
let runs = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interrupted = true;
    for (const vitest of running) vitest.kill(signal);
  });

/**
 * Runs one suite, or a part of it. An error outside a test (a file that doesn't load, an unhandled rejection) counts as
 * a failure.
 * @param isAlone prints its output at once, and otherwise when it has ended
 */
async function runSuite(name, options, isAlone) {
  if (interrupted) return;
  const prefix = join(scratch, String((runs += 1)));
  const [report, output] = [`${prefix}.json`, `${prefix}.txt`];
  const startedAt = Date.now();
  console.log(`\n── ${name} ${isAlone ? '' : 'has started '}──`);
  const sink = isAlone ? 'inherit' : openSync(output, 'w');
  const vitest = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--config',
      suites[name].config,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...options,
      ...passedOn,
    ],
    { cwd: root, env: toolEnvironment({ TMPDIR: scratch }), stdio: ['ignore', sink, sink] },
  );
  running.add(vitest);
  const [status] = await once(vitest, 'exit');
  running.delete(vitest);
  if (!isAlone) console.log(`\n── ${name} ──\n${readFileSync(output, 'utf8')}`);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (existsSync(report)) {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed = result.numPassedTests;
    counts.failed = result.numFailedTests;
    counts.skipped = result.numPendingTests + result.numTodoTests;
    for (const file of result.testResults) {
      const path = relative(root, file.name);
      const describe = (test) =>
        `${name}: ${path} > ${test.fullName}\n  ${firstLine(test.failureMessages.join('\n'))}`;
      const tests = file.assertionResults.filter((test) => test.status === 'failed');
      const passed = file.assertionResults.filter((test) => test.status === 'passed');
      failures.push(...tests.map(describe));
      secondAttempts.push(...passed.filter((test) => test.failureMessages.length > 0).map(describe));
      if (file.status !== 'failed' || tests.length > 0) continue;
      counts.failed += 1;
      failures.push(`${name}: ${path}\n  ${firstLine(file.message)}`);
    }
  }
  if (status !== 0 && counts.failed === 0) {
    counts.failed = 1;
    failures.push(`${name}: an error outside the tests; see its output above`);
  }
  console.log(`${name}: ${line(counts)} (${String(Math.round((Date.now() - startedAt) / 1000))} s)`);
  for (const key of Object.keys(totals)) totals[key] += counts[key];
}

/** Runs the suites of each lane one after the other, and the lanes at once. */
async function runLanes(lanes) {
  const busy = lanes.filter((lane) => lane.length > 0);
  const isRoomy = totalmem() >= MEMORY_FOR_ALL && availableParallelism() > 1;
  const atOnce = isRoomy ? busy : [busy.flat()];
  await Promise.all(
    atOnce.map(async (lane) => {
      for (const [name, options] of lane) await runSuite(name, options, atOnce.length === 1);
    }),
  );
}

/** A path may belong to any part of a suite, so that `e2e` is divided only where none is given. */
async function runSuites(chosen) {
  const isDivided = passedOn.length === 0;
  const part = (name, options = []) => (chosen.includes(name) ? [[name, options]] : []);
  await runLanes([part('unit')]);
  const integration = part('integration', isDivided && chosen.includes('e2e') ? ONE_AT_A_TIME : []);
  await runLanes(
    isDivided
      ? [part('e2e', WAITING), [...part('e2e', BESIDE_OTHERS), ...part('browser')], integration]
      : [part('e2e'), [...integration, ...part('browser')]],
  );
  if (isDivided) await runLanes([part('e2e', AT_THE_END)]);
}

const firstLine = (message) => message.trim().split('\n', 1)[0];

function line({ passed, failed, skipped }) {
  return `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`;
}

try {
  const chosen = named.length > 0 ? named : Object.keys(suites);
  build();
  if (chosen.includes('browser')) ensureChromium();
  const hasPrometheus = !chosen.includes('e2e') || ensurePrometheus();
  const hasRedis = !chosen.includes('integration') || ensureRedis();
  await runSuites(chosen);
  if (!hasPrometheus)
    console.log(
      '\nThe tests of the alerts were left out: install Prometheus, or set PROMETHEUS_HOME to its folder.',
    );
  if (!hasRedis) {
    console.log(
      '\nThe tests of background jobs on Redis were left out: install Redis, or set REDIS_HOME to its folder.',
    );
    if (process.env.CI) totals.skipped += 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  totals.failed += 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (interrupted) totals.failed += 1;
if (secondAttempts.length > 0)
  console.log(`\n── passed only at the second attempt ──\n${secondAttempts.join('\n')}`);
if (failures.length > 0) console.log(`\n── failed ──\n${failures.join('\n')}`);
if (totals.skipped > 0) console.log('\nSkipped tests count as failures. Correct them or remove them.');
if (process.env.TEST_TOTALS_FILE) writeFileSync(process.env.TEST_TOTALS_FILE, JSON.stringify(totals));
console.log(`\n${line(totals)}`);
process.exitCode = totals.failed > 0 || totals.skipped > 0 || totals.passed === 0 ? 1 : 0;
