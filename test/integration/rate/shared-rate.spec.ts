/**
 * The rate of an application shared by replicas, on a real PostgreSQL (ADR 45). Slots are judged by the times that the
 * store gave them, and sends by the slots' windows, so that a slow machine makes the test slower and not wrong.
 */
import { dividedSlot, nextSlot, rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import { HOLD_MS, LONGEST_AHEAD_MS } from '@gatehouse/domain/policy/rate-sharing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRateLimiter, type Departure } from '../../../apps/gateway/src/adapters/rate/rate-limiter.js';
import {
  createSharedSlots,
  type Slot,
  type SlotSource,
} from '../../../apps/gateway/src/adapters/rate/shared-slots.js';
import { openSlotStore, type TakenSlot } from '../../../apps/gateway/src/adapters/rate/slot-store.js';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../support/servers/tcp-proxy.ts';
import { until } from '../../support/until.ts';

const LIMIT = rateLimitOf(600);
/** Faster, so that many slots take little time. */
const FAST = rateLimitOf(6_000);
const WANTED = () => true;

let database: TestDatabase;
let pool: pg.Pool;
const sources: SlotSource[] = [];
const proxies: TcpProxy[] = [];

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.appUrl });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  for (const proxy of proxies.splice(0)) {
    proxy.pass();
    await proxy.close();
  }
  await Promise.all(sources.splice(0).map((source) => source.close()));
  await pool.query('DELETE FROM rate.replica');
  await pool.query('DELETE FROM rate.slot');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

function replica(databaseUrl = database.appUrl): SlotSource {
  const source = createSharedSlots({
    databaseUrl,
    monotonicNow: () => performance.now(),
    onFault: () => undefined,
    onWorked: () => undefined,
  });
  sources.push(source);
  return source;
}
async function replicaBehindProxy(): Promise<{ source: SlotSource; proxy: TcpProxy }> {
  const proxy = await startTcpProxy(new URL(database.appUrl).host);
  proxies.push(proxy);
  return { source: replica(proxy.through(database.appUrl)), proxy };
}
async function slotOf(
  source: SlotSource,
  key = 'app',
  unused: Slot | null = null,
  limit = LIMIT,
): Promise<Slot> {
  const slot = await source.next(key, limit, unused, WANTED);
  if (slot === null) throw new Error('no slot');
  return slot;
}
/** On a busy machine the store may be too slow for a moment, and then slots come from a part of the rate. */
async function slotOfStore(source: SlotSource): Promise<Slot> {
  for (;;) {
    const slot = await slotOf(source);
    if (source.isShared()) return slot;
  }
}
/** Slots taken one after the other, each as soon as the one before is given. */
async function slotsOf(source: SlotSource, count: number, limit = FAST): Promise<number[]> {
  const slots: number[] = [];
  for (let taken = 0; taken < count; taken += 1) slots.push((await slotOf(source, 'app', null, limit)).atMs);
  return slots;
}
/** The smallest distance between any two, ms. */
function leastGap(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.min(...sorted.slice(1).map((atMs, index) => atMs - (sorted[index] ?? 0)));
}
const states = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ state: string }>('SELECT state FROM rate.replica ORDER BY state');
  return rows.map(({ state }) => state);
};
/** Asks for slots until the condition holds, as a gateway with traffic does. */
async function keepAsking(
  all: readonly SlotSource[],
  description: string,
  holds: () => Promise<boolean> | boolean,
) {
  let isOver = false;
  const asking = all.map((source) => source.next('traffic', LIMIT, null, () => !isOver));
  try {
    await until(description, holds);
  } finally {
    isOver = true;
    await Promise.all(asking);
  }
}

describe('replicas that share a rate', () => {
  it('never get the same slot, however hard they race', async () => {
    const all = [replica(), replica(), replica()];
    const slots = (await Promise.all(all.map((source) => slotsOf(source, 60)))).flat();
    expect(slots).toHaveLength(180);
    expect(leastGap(slots)).toBeGreaterThanOrEqual(FAST.intervalMs - 0.001);
  });

  it('use the whole of it through one of them', async () => {
    const [busy, idle] = [replica(), replica()];
    await slotOf(idle);
    // A slot is asked for when the one before is given, which is up to half a second ahead. A machine that is busy for
    // longer than that wastes some.
    await until('few of a hundred slots are wasted', async () => {
      const slots = await slotsOf(busy, 100);
      const lengthMs = (slots.at(-1) ?? 0) - (slots[0] ?? 0);
      const rows = await pool.query<{ next_at: number }>(`SELECT next_at FROM rate.slot WHERE key = 'app'`);
      expect((rows.rows[0]?.next_at ?? 0) - (slots[0] ?? 0)).toBeLessThanOrEqual(lengthMs + LIMIT.intervalMs);
      const isLate = (atMs: number, index: number) => atMs - (slots[index] ?? 0) > 1.5 * FAST.intervalMs;
      return slots.slice(1).filter(isLate).length < 50;
    });
  });

  it('ask in one statement for all the applications that wait', async () => {
    const source = replica();
    let round = 0;
    await until('fifty applications have slots of one statement', async () => {
      round += 1;
      const keys = Array.from({ length: 50 }, (_, index) => `${round}/${index}`);
      await Promise.all(keys.map((key) => slotOf(source, key)));
      const { rows } = await pool.query<{ slots: number }>(
        'SELECT count(*)::int AS slots FROM rate.slot GROUP BY ticket ORDER BY 1 DESC LIMIT 1',
      );
      return rows[0]?.slots === 50;
    });
  });
});

/** Connections to the store, each of which takes slots of one application. */
async function openStores(count: number) {
  const stores = await Promise.all(
    Array.from({ length: count }, () => openSlotStore(database.appUrl, () => undefined)),
  );
  const take = async (index: number, unusedAtMs = -1): Promise<TakenSlot> => {
    const [slot] = (await stores[index]?.take([{ ...ONE, unusedAtMs }], 0)) ?? [];
    if (slot?.isGiven !== true) throw new Error('no slot');
    return slot;
  };
  const close = (): void => {
    for (const store of stores) store.cut();
  };
  return { stores, take, close };
}
const ONE = { key: 'app', intervalMs: LIMIT.intervalMs };
const isNextMinute = (before: TakenSlot, after: TakenSlot): boolean =>
  Math.floor(before.atMs / 60_000) < Math.floor(after.atMs / 60_000);

describe('the store', () => {
  it('gives slots by the rule of nextSlot', async () => {
    const store = await openSlotStore(database.appUrl, () => undefined);
    let state = 0;
    for (const unusedAtMs of [-1, -1, -1, -1]) {
      const [slot] = await store.take([{ key: 'rule', intervalMs: LIMIT.intervalMs, unusedAtMs }], 0);
      if (slot === undefined) throw new Error('no slot');
      const { waitMs, next } = nextSlot(LIMIT, state, slot.atMs);
      expect([waitMs, slot.nextAtMs]).toEqual([0, next]);
      expect(slot.atMs).toBeGreaterThanOrEqual(state);
      state = next;
    }
    store.cut();
  });

  it('gives back a slot that was not used, and only while it is the newest', async () => {
    const { take, close } = await openStores(2);
    const taken = await take(0);
    const again = await take(1, taken.atMs);
    expect(again.usedInMinute === taken.usedInMinute || isNextMinute(taken, again)).toBe(true);
    const newest = await take(0);
    expect(newest.atMs - again.atMs).toBeGreaterThanOrEqual(LIMIT.intervalMs - 0.001);
    const after = await take(1, again.atMs);
    expect(after.atMs - newest.atMs).toBeGreaterThanOrEqual(LIMIT.intervalMs - 0.001);
    close();
  });

  it('keeps the rates of applications apart', async () => {
    const { stores, close } = await openStores(1);
    const requests = Array.from({ length: 50 }, (_, index) => ({
      ...{ key: `app ${index}`, intervalMs: 60_000, unusedAtMs: -1 },
    }));
    const slots = (await stores[0]?.take(requests, 0)) ?? [];
    expect(slots.map(({ isGiven }) => isGiven)).toEqual(Array(50).fill(true));
    close();
  });

  it('counts the slots of the minute, whoever takes them', async () => {
    const { take, close } = await openStores(2);
    const first = await take(0);
    const second = await take(1);
    expect(first.usedInMinute).toBe(1);
    expect(second.usedInMinute).toBe(isNextMinute(first, second) ? 1 : 2);
    close();
  });

  it('gives no slot further ahead than half a second', async () => {
    const store = await openSlotStore(database.appUrl, () => undefined);
    await pool.query(
      `INSERT INTO rate.slot VALUES ('far', 0, extract(epoch FROM now()) * 1000 + 1000, 0, 0, '')`,
    );
    const [slot] = await store.take([{ key: 'far', intervalMs: 1_000, unusedAtMs: -1 }], 0);
    expect(slot?.isGiven).toBe(false);
    store.cut();
  });

  it('does not wait for a clock that was set back', async () => {
    await pool.query(
      `INSERT INTO rate.slot VALUES ('app', 0, extract(epoch FROM now()) * 1000 + 3600000, 0, 0, '')`,
    );
    const { rows } = await pool.query<{ ms: number }>(
      'SELECT (extract(epoch FROM now()) * 1000)::float8 AS ms',
    );
    expect((await slotOf(replica())).atMs - (rows[0]?.ms ?? 0)).toBeLessThan(60_000);
  });
});

describe('a store that is', () => {
  it('slow by 500 ms makes every replica divide the rate, and none of their slots collide', async () => {
    const [slow, other] = [await replicaBehindProxy(), replica()];
    await Promise.all([slotOf(slow.source), slotOf(other)]);
    slow.proxy.delay(500);
    await keepAsking([slow.source, other], 'both divide', async () => {
      const both = await states();
      return both.includes('slow') && both.includes('divided');
    });
    const slots = (await Promise.all([slotsOf(slow.source, 8, LIMIT), slotsOf(other, 8, LIMIT)])).flat();
    expect(leastGap(slots)).toBeGreaterThanOrEqual(LIMIT.intervalMs - 0.001);
    expect([slow.source.isShared(), other.isShared()]).toEqual([false, false]);
    const grid = slots.map((atMs) => dividedSlot(LIMIT, { index: 0, count: 1 }, atMs - 1));
    for (const [index, atMs] of slots.entries()) expect(atMs).toBeCloseTo(grid[index] ?? 0, 1);
  });

  it('slow holds up a small quota for an interval, and no slot is given far ahead', async () => {
    const small = rateLimitOf(20);
    const [slow, other] = [await replicaBehindProxy(), replica()];
    const before = [
      await slotOf(slow.source, 'small', null, small),
      await slotOf(other, 'small', null, small),
    ];
    slow.proxy.delay(500);
    await keepAsking([slow.source, other], 'both divide', async () => {
      const both = await states();
      return both.includes('slow') && both.includes('divided');
    });
    const slots = await Promise.all(
      [slow.source, other].map(async (source) => {
        const slot = await slotOf(source, 'small', null, small);
        expect(slot.fromMs - performance.now()).toBeLessThanOrEqual(LONGEST_AHEAD_MS + small.toleranceMs);
        return slot.atMs;
      }),
    );
    const all = [...before.map(({ atMs }) => atMs), ...slots];
    expect(leastGap(all)).toBeGreaterThanOrEqual(small.intervalMs - 0.001);
  });

  it('slow for a replica that is alone holds up one that joins it later', async () => {
    const small = rateLimitOf(20);
    const alone = await replicaBehindProxy();
    await slotOf(alone.source);
    alone.proxy.delay(500);
    await keepAsking([alone.source], 'it is slow', () => !alone.source.isShared());
    const own = await slotOf(alone.source, 'small', null, small);
    expect(own.remaining).toBeNull();
    alone.proxy.delay(0);
    await keepAsking([alone.source], 'it is well again', () => alone.source.isShared());
    const joined = replica();
    const next = await slotOf(joined, 'small', null, small);
    expect(next.remaining).not.toBeNull();
    expect(next.atMs - own.atMs).toBeGreaterThanOrEqual(small.intervalMs - 0.001);
  });

  it('well again is shared again', async () => {
    const [slow, other] = [await replicaBehindProxy(), replica()];
    await Promise.all([slotOf(slow.source), slotOf(other)]);
    slow.proxy.delay(300);
    await keepAsking([slow.source, other], 'the slow one says so', async () =>
      (await states()).includes('slow'),
    );
    slow.proxy.delay(0);
    const all = [slow.source, other];
    await keepAsking(all, 'both share', () => all.every((source) => source.isShared()));
  });

  it('silent gives each replica its share, too, as long as the connection is open', async () => {
    const silent = await replicaBehindProxy();
    const other = replica();
    await Promise.all([slotOf(silent.source), slotOf(other)]);
    await keepAsking([silent.source, other], 'both are there', async () => (await states()).length === 2);
    // A replica that has said again that it lives has read of the other before.
    for (let times = 0; times < 2; times += 1) {
      const { rows } = await pool.query<{ latest: number }>(
        'SELECT max(seen_at) AS latest FROM rate.replica',
      );
      await keepAsking([silent.source, other], 'each has been heard of again', async () => {
        const heard = await pool.query('SELECT FROM rate.replica WHERE seen_at > $1', [rows[0]?.latest]);
        return heard.rowCount === 2;
      });
    }
    silent.proxy.swallow();
    await keepAsking([silent.source, other], 'the other divides', () => !other.isShared());
    const slots = (await Promise.all([slotsOf(silent.source, 6, LIMIT), slotsOf(other, 6, LIMIT)])).flat();
    expect(leastGap(slots)).toBeGreaterThanOrEqual(LIMIT.intervalMs - 0.001);
  });

  it('away gives no slots, and a request that waits for one is refused in the end', async () => {
    const { source, proxy } = await replicaBehindProxy();
    await slotOf(source);
    proxy.refuse();
    await until('it is noticed', () => !source.isShared());
    const limiter = createRateLimiter({ maxWaitMs: 0, monotonicNow: () => performance.now(), slots: source });
    const rank = { class: 'read', clientId: 'one', isWrite: false, clientWeight: 1 } as const;
    const place = limiter.reserve('app', LIMIT, rank);
    await expect((place as Departure).depart(new AbortController().signal)).rejects.toThrow('no slot');
    proxy.pass();
    await slotOf(source);
  });
});

describe('a replica that ends', () => {
  it('without a word, with slots taken, holds nobody up and leaves the rate undivided', async () => {
    const [killed, other] = [await replicaBehindProxy(), replica()];
    await Promise.all([slotOf(killed.source), slotOf(other)]);
    const lost = await slotOfStore(killed.source);
    killed.proxy.refuse();
    const next = await slotOfStore(other);
    expect(next.atMs - lost.atMs).toBeGreaterThanOrEqual(LIMIT.intervalMs - 0.001);
    await keepAsking([other], 'its row is gone', async () => (await states()).length === 1);
    await keepAsking([other], 'the other has the whole rate', () => other.isShared());
  });

  it('in good order leaves at once', async () => {
    const [leaving, other] = [replica(), replica()];
    await Promise.all([slotOf(leaving), slotOf(other)]);
    await leaving.close();
    expect(await states()).toHaveLength(1);
  });
});

it('the hold after a change lasts until every slot that was given before it has begun', () => {
  expect(HOLD_MS).toBeGreaterThan(LONGEST_AHEAD_MS + 600 + 250 + 50);
});
