import { describe, expect, it } from 'vitest';
import { rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import { createRateLimiter, type Departure, type RateLimiter } from './rate-limiter.js';

const LIMIT = rateLimitOf(6_000);
const INTERVAL_MS = 10;
/** The test reads the clock a moment after each departure. */
const LEAST_GAP_MS = INTERVAL_MS - 1;
const never = new AbortController().signal;
const limiterOf = (maxWaitMs = 1_000) =>
  createRateLimiter({ maxWaitMs, monotonicNow: () => performance.now() });

function reserved(limiter: RateLimiter, applicationId = 'one'): Departure {
  const place = limiter.reserve(applicationId, LIMIT);
  if (!('depart' in place)) throw new Error(`no place: ${String(place.waitMs)} ms`);
  return place;
}

/** When each request left, in the order in which they were sent. */
async function departures(places: readonly Departure[]): Promise<number[]> {
  const leftMs: number[] = [];
  await Promise.all(places.map(async (place) => leftMs.push((await place.depart(never), performance.now()))));
  return leftMs;
}
const gapsOf = (times: readonly number[]) => times.slice(1).map((atMs, index) => atMs - times[index]!);

describe('requests of one application', () => {
  it('leave at intervals even if all of them were held up until after their turns', async () => {
    const limiter = limiterOf();
    const places = Array.from({ length: 8 }, () => reserved(limiter));
    const heldUpUntilMs = performance.now() + 9 * INTERVAL_MS;
    while (performance.now() < heldUpUntilMs);
    for (const gap of gapsOf(await departures(places))) expect(gap).toBeGreaterThan(LEAST_GAP_MS);
  });

  it('leave at intervals even if the process was busy while they waited', async () => {
    const limiter = limiterOf();
    const leaving = departures(Array.from({ length: 5 }, () => reserved(limiter)));
    setTimeout(() => {
      const busyUntilMs = performance.now() + 3 * INTERVAL_MS;
      while (performance.now() < busyUntilMs);
    }, INTERVAL_MS / 2);
    for (const gap of gapsOf(await leaving)) expect(gap).toBeGreaterThan(LEAST_GAP_MS);
  });

  it('are rejected with the expected wait once that is too long', () => {
    const limiter = limiterOf(3 * INTERVAL_MS);
    const places = Array.from({ length: 4 }, () => reserved(limiter));
    const refused = limiter.reserve('one', LIMIT);
    expect('waitMs' in refused && refused.waitMs).toBeGreaterThan(3 * INTERVAL_MS);
    places[0]?.giveUp();
    places[0]?.giveUp();
    reserved(limiter);
    expect('waitMs' in limiter.reserve('one', LIMIT)).toBe(true);
  });

  it('never leave once they are cancelled, and those behind them don’t wait for them', async () => {
    const limiter = limiterOf();
    const stop = new AbortController();
    await reserved(limiter).depart(never);
    const stopped = reserved(limiter).depart(stop.signal);
    const behind = reserved(limiter).depart(never);
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow();
    await behind;
  });

  it('do not wait for requests of another application', async () => {
    const limiter = limiterOf();
    for (let count = 0; count < 50; count += 1) reserved(limiter, 'busy');
    expect(await reserved(limiter, 'idle').depart(never)).toBeLessThan(INTERVAL_MS);
  });
});
