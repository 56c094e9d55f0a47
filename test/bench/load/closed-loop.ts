/**
 * A closed loop: each connection sends its next request once it has the answer to the one before. The load comes from
 * `wrk` where it can be had, else from a lean generator of our own, each in a process of its own.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchProgram } from '../../../tools/bench-programs.mjs';
import { outputOf } from '../servers/programs.ts';
import type { Target } from './target.ts';

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const wrk = benchProgram('wrk');
/** Load sent straight to the upstream must be this much faster than a contender, or it is the load that is measured. */
export const LEAST_HEADROOM = 2;
export const LOAD_GENERATOR = wrk === undefined ? 'our own generator' : `wrk ${wrk.version}`;

/** @throws if the generator can't reach the target */
export async function closedLoop(target: Target, connections: number, seconds: number): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-load-'));
  try {
    await writeFile(join(folder, 'keys'), target.keys.join('\n'));
    const env = {
      LOAD_FOLDER: folder,
      LOAD_PATH: target.path,
    };
    const text =
      wrk === undefined
        ? await outputOf(
            process.execPath,
            [fileOf('lean-load.mjs'), target.origin, connections, seconds],
            env,
          )
        : await outputOf(
            wrk.file,
            [
              '-t1',
              `-c${connections}`,
              `-d${seconds}s`,
              '--timeout',
              '30s',
              '-s',
              fileOf('wrk.lua'),
              target.origin,
            ],
            { ...wrk.env, ...env },
          );
    const line = text.split('\n').find((each) => each.startsWith('{'));
    if (line === undefined) throw new Error(`the load generator printed no result: ${text}`);
    return JSON.parse(line) as LoadResult;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const MOST_SLICES = 60;

/** Sends at least this many requests, since a server that has only just started is slower. @throws if one fails */
export async function warmUp(target: Target, connections: number, requests: number): Promise<void> {
  let sent = 0;
  for (let slice = 0; sent < requests && slice < MOST_SLICES; slice += 1) {
    const result = await closedLoop(target, connections, 1);
    if (result.failed > 0) throw new Error(`warm-up of ${target.origin}: ${result.failed} requests failed`);
    sent += result.requests;
  }
}
