/** A benchmark that fails or is stopped leaves no process running. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SERVER_VARIABLE } from '../support/servers/postgres.ts';
import { until } from '../support/until.ts';

const importOf = (file: string): string => pathToFileURL(join(import.meta.dirname, file)).href;
const script = (afterStart: string): string => `
  import { benchmark } from '${importOf('../bench/benchmark.ts')}';
  import { startStack } from '${importOf('../support/servers/stack.ts')}';
  await benchmark(async () => {
    await startStack();
    console.log('started');
    ${afterStart}
  });`;

let folder: string;
let leader: ChildProcess | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-benchmark-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  if (leader !== undefined && groupRuns(leader)) process.kill(-(leader.pid ?? 0), 'SIGKILL');
});

/** Starts the benchmark in a process group of its own and waits until everything runs. */
async function startBenchmark(afterStart: string): Promise<{ child: ChildProcess; ended: Promise<unknown> }> {
  const { [SERVER_VARIABLE]: _, ...env } = process.env;
  const file = join(folder, 'benchmark.mjs');
  await writeFile(file, script(afterStart));
  const child = spawn(process.execPath, [file], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  leader = child;
  const ended = once(child, 'exit');
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await until('the benchmark has started', () => printed.includes('started'), 60_000);
  return { child, ended };
}

function groupRuns({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

it('a benchmark that fails exits with an error and stops everything it started', async () => {
  const { child, ended } = await startBenchmark(`throw new Error('a fault of the benchmark');`);
  expect(await ended).toEqual([1, null]);
  await until('all its processes have ended', () => !groupRuns(child));
});

it('a benchmark that is interrupted stops everything it started', async () => {
  const { child, ended } = await startBenchmark('await new Promise(() => setTimeout(() => {}, 1e9));');
  child.kill('SIGTERM');
  await ended;
  await until('all its processes have ended', () => !groupRuns(child));
});
