/** Programs of the benchmark. None outlives it, whatever ends it, and each can be kept to a core of its own. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Later } from '../benchmark.ts';

const WRAPPER = fileURLToPath(new URL('program.mjs', import.meta.url));

/** The server under test has a core to itself; load and upstream share the other. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
export const IS_PINNED =
  process.platform === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Keeps all threads of a process, and what it starts from now on, to one core. */
export function pin(pid: number | undefined, core: number): void {
  if (IS_PINNED && pid !== undefined) spawnSync('taskset', ['-apc', String(core), String(pid)]);
}

/** Runs a load generator beside the upstream. @returns what it printed @throws if it fails */
export async function outputOf(
  file: string,
  args: readonly (string | number)[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = wrapped(file, args.map(String), env);
  pin(child.pid, LOAD_CORE);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.send('start');
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${text}`);
  return text;
}

/** Starts a server that listens as soon as it has started. @returns its process id */
export async function startProgram(
  later: Later,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = wrapped(file, args, env);
  child.stdout?.resume();
  const ended = once(child, 'close');
  later(() => {
    child.kill();
    return ended;
  });
  const started = once(child, 'message') as Promise<[{ pid: number }]>;
  child.send('start');
  const [{ pid }] = await Promise.race([
    started,
    ended.then(() => {
      throw new Error(`${file} ended before it was ready`);
    }),
  ]);
  return pid;
}

function wrapped(file: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return fork(WRAPPER, [file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], ...env },
  });
}
