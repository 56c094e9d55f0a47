/** Load like that of users: requests are due at fixed times, whether or not earlier ones have been answered. */
import { Pool } from 'undici';
import { headersOf, type Target } from './target.ts';

export interface Sample {
  /** ms from the moment the request was due to its last byte. */
  readonly ms: number;
  readonly ok: boolean;
}

const MOST_CONNECTIONS = 512;

export async function openLoop(target: Target, perSecond: number, seconds: number): Promise<Sample[]> {
  const pool = new Pool(target.origin, { connections: MOST_CONNECTIONS });
  const total = perSecond * seconds;
  const startMs = performance.now();
  const calls: Promise<Sample>[] = [];
  for (let n = 0; n < total; n += 1) {
    const dueMs = startMs + (n * 1000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    calls.push(timed(pool, target, n, dueMs));
  }
  const samples = await Promise.all(calls);
  await pool.close();
  return samples;
}

/** Load like that of a batch: so many requests are under way at any moment, for so long. */
export async function keepInFlight(target: Target, inFlight: number, seconds: number): Promise<Sample[]> {
  const pool = new Pool(target.origin, { connections: inFlight });
  const endMs = performance.now() + seconds * 1_000;
  const samples: Sample[] = [];
  const sender = async (_: unknown, n: number): Promise<void> => {
    while (performance.now() < endMs) samples.push(await timed(pool, target, n, performance.now()));
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  await pool.close();
  return samples;
}

/** Sends this many requests at the same time, each on a connection of its own. */
export async function allAtOnce(target: Target, requests: number): Promise<Sample[]> {
  const pool = new Pool(target.origin, { connections: requests });
  const startMs = performance.now();
  const samples = await Promise.all(
    Array.from({ length: requests }, (_, n) => timed(pool, target, n, startMs)),
  );
  await pool.close();
  return samples;
}

async function timed(pool: Pool, target: Target, n: number, dueMs: number): Promise<Sample> {
  const ok = await call(pool, target, n);
  return { ms: performance.now() - dueMs, ok };
}

async function call(pool: Pool, target: Target, n: number): Promise<boolean> {
  try {
    const { path } = target;
    const answer = await pool.request({ path, method: 'GET', headers: headersOf(target, n) });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
