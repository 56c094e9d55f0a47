import { setTimeout as pause } from 'node:timers/promises';
import type { DepartureClass, DepartureRank } from '@gatehouse/domain/policy/departure-order';
import { nextSlot, type RateLimit, rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import { describe, expect, it, vi } from 'vitest';
import { createRateLimiter, type Departure, type RateLimiter, RateUnavailable } from './rate-limiter.js';
import type { Slot, SlotSource } from './shared-slots.js';

/** Slots 20 ms apart that may be used for 15 ms, so that a busy machine can use them. */
const LIMIT: RateLimit = { intervalMs: 20, toleranceMs: 15 };
/** The test reads the clock a moment after each departure. */
const LEAST_GAP_MS = LIMIT.intervalMs - LIMIT.toleranceMs - 1;
const never = new AbortController().signal;
const now = () => performance.now();

/** The shared store in a few lines, with its own record of what it gave. */
function slotSource({ answersAfterMs = 0, isAway = false } = {}) {
  const given: number[] = [];
  const handedBack: number[] = [];
  let isClosed = false;
  const states = new Map<string, { takenMs: number; nextMs: number }>();
  const source: SlotSource = {
    async next(key, limit, unused, isWanted): Promise<Slot | null> {
      if (isClosed || !isWanted()) return null;
      if (isAway) return new Promise(() => undefined);
      await pause(answersAfterMs);
      const before = states.get(key) ?? { takenMs: 0, nextMs: 0 };
      const isFree = unused !== null && before.takenMs === unused.atMs;
      if (isFree) handedBack.push(before.takenMs);
      const nowMs = now();
      const { waitMs, next } = nextSlot(limit, isFree ? before.takenMs : before.nextMs, nowMs);
      const atMs = nowMs + waitMs;
      states.set(key, { takenMs: atMs, nextMs: next });
      given.push(atMs);
      return {
        atMs,
        fromMs: atMs,
        untilMs: atMs + limit.toleranceMs,
        leastGapMs: LEAST_GAP_MS + 1,
        remaining: 1,
      };
    },
    join: () => undefined,
    isShared: () => true,
    isClosed: () => isClosed,
    close() {
      isClosed = true;
      return Promise.resolve();
    },
  };
  return { source, given, handedBack };
}
const limiterOf = (source = slotSource().source, maxWaitMs = 1_000): RateLimiter =>
  createRateLimiter({ maxWaitMs, monotonicNow: now, slots: source });

const rankOf = (kind: DepartureClass = 'read', clientId = 'client'): DepartureRank => ({
  ...{ class: kind, clientId, isWrite: kind === 'write', clientWeight: 1 },
});
function reserved(limiter: RateLimiter, application = 'one', rank = rankOf()): Departure {
  const place = limiter.reserve(application, LIMIT, rank);
  if (!('depart' in place)) throw new Error(`no place: ${String(place.waitMs)} ms`);
  return place;
}
const places = (limiter: RateLimiter, count: number) =>
  Array.from({ length: count }, () => reserved(limiter));

/** When each request left, in the order in which they were sent. */
async function departures(all: readonly Departure[]): Promise<number[]> {
  const leftMs: number[] = [];
  await Promise.all(all.map(async (place) => leftMs.push((await place.depart(never), now()))));
  return leftMs;
}
const gapsOf = (times: readonly number[]) => times.slice(1).map((atMs, index) => atMs - times[index]!);
function stayBusy(untilMs: number): void {
  while (now() < untilMs);
}

describe('requests of one application', () => {
  it('leave at intervals even if all of them were held up until after their turns', async () => {
    const waiting = places(limiterOf(), 8);
    stayBusy(now() + 9 * LIMIT.intervalMs);
    for (const gap of gapsOf(await departures(waiting))) expect(gap).toBeGreaterThan(LEAST_GAP_MS);
  });

  it('leave at intervals even if the process was busy while they waited', async () => {
    const leaving = departures(places(limiterOf(), 5));
    setTimeout(() => {
      stayBusy(now() + 3 * LIMIT.intervalMs);
    }, LIMIT.intervalMs / 2);
    for (const gap of gapsOf(await leaving)) expect(gap).toBeGreaterThan(LEAST_GAP_MS);
  });

  it('leave each in a slot of its own, and none later than its slot lasts', async () => {
    const { source, given, handedBack } = slotSource();
    const leftMs = await departures(places(limiterOf(source), 6));
    const used = given.filter((atMs) => !handedBack.includes(atMs));
    expect(used).toHaveLength(6);
    for (const [index, atMs] of leftMs.entries()) expect(atMs).toBeGreaterThanOrEqual(used[index]!);
  });

  it('are rejected with the expected wait once that is too long', () => {
    const limiter = limiterOf(undefined, 3 * LIMIT.intervalMs);
    const [first] = places(limiter, 4);
    const refused = limiter.reserve('one', LIMIT, rankOf());
    expect('waitMs' in refused && refused.waitMs).toBeGreaterThan(3 * LIMIT.intervalMs);
    first?.giveUp();
    first?.giveUp();
    reserved(limiter);
    expect('waitMs' in limiter.reserve('one', LIMIT, rankOf())).toBe(true);
  });

  it('expect to wait as long as others have lately', async () => {
    const { source } = slotSource({ answersAfterMs: 5 * LIMIT.intervalMs });
    const limiter = limiterOf(source);
    await departures(places(limiter, 8));
    places(limiter, 4);
    const refused = limiter.reserve('one', LIMIT, rankOf(), 0);
    expect('waitMs' in refused && refused.waitMs).toBeGreaterThan(8 * LIMIT.intervalMs);
  });

  it('do not expect a pause of the machine to come again', async () => {
    const limiter = limiterOf();
    const waiting = departures(places(limiter, 3));
    await pause(1);
    stayBusy(now() + 40 * LIMIT.intervalMs);
    await waiting;
    places(limiter, 9);
    const refused = limiter.reserve('one', LIMIT, rankOf(), 0);
    expect('waitMs' in refused && refused.waitMs).toBeLessThan(20 * LIMIT.intervalMs);
  });

  it('never leave once they are cancelled, and those behind them don’t wait for them', async () => {
    const limiter = limiterOf();
    const stop = new AbortController();
    await reserved(limiter).depart(never);
    const stopped = reserved(limiter).depart(stop.signal);
    const behind = reserved(limiter).depart(never);
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    await behind;
  });

  it('do not wait for requests of another application', async () => {
    const { source, given } = slotSource();
    const limiter = limiterOf(source);
    const busy = departures(places(limiter, 20));
    await reserved(limiter, 'idle').depart(never);
    expect(given.length).toBeLessThan(10);
    await busy;
  });
});

describe('a slot', () => {
  it('that was taken early is used if the request is ready in time', async () => {
    const { source, given, handedBack } = slotSource();
    const place = reserved(limiterOf(source));
    await pause(1);
    expect(given).toHaveLength(1);
    await place.depart(never);
    expect(handedBack).toHaveLength(given.length - 1);
  });

  it('that nobody used is handed back', async () => {
    const { source, given, handedBack } = slotSource();
    const place = reserved(limiterOf(source));
    await pause(3 * LIMIT.intervalMs);
    await place.depart(never);
    expect(handedBack).toEqual(given.slice(0, -1));
  });

  it('in which a request was not sent after all is handed back, and the request gets another', async () => {
    const { source, given, handedBack } = slotSource();
    const place = reserved(limiterOf(source));
    await place.depart(never);
    expect(place.mayBeSent()).toBe(true);
    stayBusy(now() + LIMIT.toleranceMs + 1);
    expect(place.mayBeSent()).toBe(false);
    await place.depart(never);
    expect(handedBack).toEqual(given.slice(0, -1));
    expect(place.remaining()).toBe(1);
  });
});

it('a request gives up if no slot is to be had', async () => {
  vi.useFakeTimers();
  try {
    const limiter = limiterOf(slotSource({ isAway: true }).source, 1_000);
    const departed = reserved(limiter).depart(never);
    const refused = expect(departed).rejects.toBeInstanceOf(RateUnavailable);
    await vi.advanceTimersByTimeAsync(6_000);
    await refused;
  } finally {
    vi.useRealTimers();
  }
});

it('a request gives up, and keeps nothing busy, once the source of slots is closed', async () => {
  const { source } = slotSource();
  const limiter = limiterOf(source, 0);
  const place = reserved(limiter);
  await place.depart(never);
  await source.close();
  const stop = new AbortController();
  const waiting = place.depart(stop.signal);
  // A timer is served, so the event loop is free.
  await pause(1);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

it('a user leaves before a batch that came earlier', async () => {
  const limiter = limiterOf();
  const order: string[] = [];
  const depart = (place: Departure, name: string) => place.depart(never).then(() => order.push(name));
  const batch = places(limiter, 5).map((place) => depart(place, 'batch'));
  const user = depart(reserved(limiter, 'one', rankOf('user')), 'user');
  await Promise.all([...batch, user]);
  expect(order.indexOf('user')).toBeLessThanOrEqual(1);
});

it('a client that asks for fifty times its share takes no place of another', async () => {
  const limiter = createRateLimiter({ maxWaitMs: 300, monotonicNow: now, slots: slotSource().source });
  const greedy = Array.from({ length: 50 }, () => limiter.reserve('one', LIMIT, rankOf('read', 'greedy')));
  expect(greedy.some((place) => 'waitMs' in place)).toBe(true);
  const order: string[] = [];
  const all = [
    ...greedy.flatMap((place) =>
      'depart' in place ? [place.depart(never).then(() => order.push('greedy'))] : [],
    ),
    ...[1, 2, 3].map(() =>
      reserved(limiter, 'one', rankOf('read', 'modest'))
        .depart(never)
        .then(() => order.push('modest')),
    ),
  ];
  await Promise.all(all);
  expect(order.slice(0, 7).filter((name) => name === 'modest')).toHaveLength(3);
});

it('an application without a limit that a timer could keep is not limited', async () => {
  const { source, given } = slotSource();
  const limiter = limiterOf(source);
  const place = limiter.reserve('one', rateLimitOf(1_000_000), rankOf());
  if (!('depart' in place)) throw new Error('no place');
  expect([await place.depart(never), place.mayBeSent(), given]).toEqual([0, true, []]);
});
