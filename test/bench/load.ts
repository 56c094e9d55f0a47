/** Load like that of users: an open loop at a steady rate, or a closed loop over a number of connections. */
import { Pool } from 'undici';

export interface Sample {
  /** ms from the moment the request was due to its last byte. */
  readonly ms: number;
  readonly ok: boolean;
}

export interface Target {
  readonly origin: string;
  readonly path: string;
  /** Headers of the n-th request. */
  headers(n: number): Record<string, string>;
}

/** Requests are due at fixed times, whether or not earlier ones have been answered. */
export async function openLoop(target: Target, perSecond: number, seconds: number): Promise<Sample[]> {
  const pool = new Pool(target.origin, { connections: 128 });
  const samples: Sample[] = [];
  const total = perSecond * seconds;
  const startMs = performance.now();
  const calls: Promise<void>[] = [];
  for (let n = 0; n < total; n += 1) {
    const dueMs = startMs + (n * 1000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    calls.push(
      call(pool, target, n).then((ok) => {
        samples.push({ ms: performance.now() - dueMs, ok });
      }),
    );
  }
  await Promise.all(calls);
  await pool.close();
  return samples;
}

/** Each connection sends its next request once it has the answer to the one before. */
export async function closedLoop(
  target: Target,
  connections: number,
  seconds: number,
): Promise<{ perSecond: number; failed: number }> {
  const pool = new Pool(target.origin, { connections });
  const endMs = performance.now() + seconds * 1000;
  let done = 0;
  let failed = 0;
  let n = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      n += 1;
      if (await call(pool, target, n)) done += 1;
      else failed += 1;
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const elapsedS = (performance.now() - startMs) / 1000;
  await pool.close();
  return { perSecond: Math.round(done / elapsedS), failed };
}

async function call(pool: Pool, target: Target, n: number): Promise<boolean> {
  try {
    const answer = await pool.request({ path: target.path, method: 'GET', headers: target.headers(n) });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}

/** The value below which this share of the samples lies. */
export function percentile(values: readonly number[], share: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? NaN;
}
