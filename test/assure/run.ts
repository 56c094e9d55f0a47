/**
 * `npm run assure [rounds] [names…]` runs the long proofs, of which `npm test` runs a small form. Without names it runs
 * all of them. Scenarios that have rounds are repeated that often, by default 10 times.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from '../../tools/chromium.mjs';
import { ensureRedis } from '../../tools/redis.mjs';
import { PROOFS, type Proof } from './proofs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A round takes as long as the whole test in `npm test` may. */
const ROUND_MS = 120_000;

const words = process.argv.slice(2);
const rounds = Number(words.find((word) => /^[1-9][0-9]*$/.test(word)) ?? 10);
const names = words.filter((word) => !/^[1-9][0-9]*$/.test(word));
const unknown = names.filter((name) => !PROOFS.some((proof) => proof.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no proof ${unknown.join(', ')}. Choose from: ${PROOFS.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

const chosen = PROOFS.filter(({ name }) => names.length === 0 || names.includes(name));
if (chosen.some((proof) => 'suite' in proof && proof.suite === 'browser')) ensureChromium();
if (chosen.some(({ name }) => name.endsWith('-on-redis')) && !ensureRedis()) {
  process.stderr.write('The proofs on Redis need it. Install Redis, or set REDIS_HOME to its folder.\n');
  process.exit(2);
}

function run(proof: Proof): boolean {
  const settings = 'suite' in proof ? proof.settings : {};
  const { status } = spawnSync(process.execPath, commandOf(proof), {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...settings,
      GATEHOUSE_ASSURE: '1',
      GATEHOUSE_ASSURE_ROUNDS: String(rounds),
    },
  });
  return status === 0;
}

function commandOf(proof: Proof): string[] {
  if ('drills' in proof) return [join(root, 'test/drills/run.ts'), ...proof.drills];
  if ('script' in proof) return [join(root, proof.script)];
  const { suite, file, only } = proof;
  return [
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--config', `vitest.${suite === 'unit' ? '' : `${suite}.`}config.ts`, file],
    ...(only === undefined ? [] : ['-t', only]),
    `--testTimeout=${String(ROUND_MS * rounds)}`,
  ];
}

const lines: string[] = [];
for (const proof of chosen) {
  const startedMs = performance.now();
  const passed = run(proof);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  lines.push(
    `${passed ? 'passed' : 'FAILED'} ${String(seconds).padStart(6)} s  ${proof.name}: ${proof.size(rounds)}`,
  );
  if (!passed) process.exitCode = 1;
}
process.stdout.write(`\nassure\n${lines.join('\n')}\n`);
