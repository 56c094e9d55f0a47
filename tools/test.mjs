// Runs the test suites one after the other and adds up vitest's counts: all suites, or those that are named. The last
// line is always "N passed, N failed, N skipped". A skipped test fails the run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { toolEnvironment } from './environment.mjs';
import { ensurePrometheus } from './prometheus.mjs';
import { ensureRedis } from './redis.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const suites = {
  unit: 'vitest.config.ts',
  integration: 'vitest.integration.config.ts',
  e2e: 'vitest.e2e.config.ts',
  browser: 'vitest.browser.config.ts',
};

const words = process.argv.slice(2);
const named = words.filter((word) => Object.hasOwn(suites, word));
const passedOn = words.filter((word) => !Object.hasOwn(suites, word));
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

/** Runs one suite. An error outside a test (a file that doesn't load, an unhandled rejection) counts as a failure. */
function runSuite(name) {
  const report = join(scratch, `${name}.json`);
  const startedAt = Date.now();
  console.log(`\n── ${name} ──`);
  const vitest = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--config',
      suites[name],
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...passedOn,
    ],
    { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (existsSync(report)) {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed = result.numPassedTests;
    counts.failed = result.numFailedTests;
    counts.skipped = result.numPendingTests + result.numTodoTests;
    counts.failed += result.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    ).length;
  }
  if (vitest.status !== 0 && counts.failed === 0) counts.failed = 1;
  console.log(`${name}: ${line(counts)} (${String(Math.round((Date.now() - startedAt) / 1000))} s)`);
  for (const key of Object.keys(totals)) totals[key] += counts[key];
}

function line({ passed, failed, skipped }) {
  return `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`;
}

try {
  const chosen = named.length > 0 ? named : Object.keys(suites);
  build();
  if (chosen.includes('browser')) ensureChromium();
  const hasPrometheus = !chosen.includes('e2e') || ensurePrometheus();
  const hasRedis = !chosen.includes('integration') || ensureRedis();
  for (const name of chosen) runSuite(name);
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
if (totals.skipped > 0) console.log('\nSkipped tests count as failures. Correct them or remove them.');
if (process.env.TEST_TOTALS_FILE) writeFileSync(process.env.TEST_TOTALS_FILE, JSON.stringify(totals));
console.log(`\n${line(totals)}`);
process.exitCode = totals.failed > 0 || totals.skipped > 0 || totals.passed === 0 ? 1 : 0;
