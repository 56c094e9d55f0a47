import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DepartureClass,
  departureClass,
  nextToLeave,
  NO_DEPARTURES,
  placesAhead,
  type WaitingDeparture,
  weightOf,
} from './departure-order.js';
import type { RateShare } from '../registry/records/vocabulary.js';

const SLOT_MS = 102;

const waitingFor = (
  kind: DepartureClass,
  clientId = 'one',
  sinceMs = 0,
  isWrite = kind === 'write',
): WaitingDeparture => ({ class: kind, clientId, sinceMs, isWrite, clientWeight: 1 });
const ofShare = (share: RateShare, rank: WaitingDeparture): WaitingDeparture => ({
  ...{ ...rank, clientWeight: weightOf(share) },
});
const several = (count: number, kind: DepartureClass, clientId?: string, sinceMs?: number) =>
  Array.from({ length: count }, () => waitingFor(kind, clientId, sinceMs));

/** Those who leave, slot by slot; time stands still unless it is said how much passes. */
function leave(arrived: readonly WaitingDeparture[], slots: number, slotMs = 0): WaitingDeparture[] {
  const waiting = [...arrived];
  let order = NO_DEPARTURES;
  return Array.from({ length: Math.min(slots, waiting.length) }, (_, slot) => {
    const next = nextToLeave(waiting, order, slot * slotMs);
    ({ order } = next);
    return waiting.splice(next.index, 1)[0]!;
  });
}
const countOf = (left: readonly WaitingDeparture[], is: (rank: WaitingDeparture) => boolean) =>
  left.filter(is).length;

describe('the class of a request', () => {
  it.each([
    ['A005', true, true, false, 'user'],
    ['A010', false, true, false, 'user'],
    ['A010', false, false, false, 'write'],
    ['A005', true, false, false, 'read'],
    ['A008', true, true, false, 'background'],
    ['A023', true, false, false, 'background'],
    ['A005', true, true, true, 'background'],
    ['A010', false, true, true, 'background'],
  ] as const)('%s, a read: %s, of a user: %s, in the background: %s', (...row) => {
    const [interaction, readOnly, isUser, isBackground, expected] = row;
    expect(departureClass({ interaction, readOnly }, isUser, isBackground)).toBe(expected);
  });
});

describe('classes', () => {
  it('leave 8 : 4 : 2 : 1 while all of them wait', () => {
    const all = (['background', 'read', 'write', 'user'] as const).flatMap((kind) => several(30, kind));
    const left = leave(all, 30);
    const counts = (['user', 'write', 'read', 'background'] as const).map((kind) =>
      countOf(left, (rank) => rank.class === kind),
    );
    expect(counts).toEqual([16, 8, 4, 2]);
    expect(left[0]?.class).toBe('user');
  });

  it('with nothing else in the way have every slot', () => {
    expect(leave(several(5, 'background'), 5)).toHaveLength(5);
  });

  it('that were idle have no arrears to catch up', () => {
    let order = NO_DEPARTURES;
    for (let count = 0; count < 100; count += 1) ({ order } = nextToLeave([waitingFor('read')], order, 0));
    const left: DepartureClass[] = [];
    for (let count = 0; count < 12; count += 1) {
      const waiting = [waitingFor('read'), waitingFor('background')];
      const next = nextToLeave(waiting, order, 0);
      left.push(waiting[next.index]!.class);
      ({ order } = next);
    }
    expect(left.filter((kind) => kind === 'background')).toHaveLength(4);
  });
});

describe('a write', () => {
  it('is not overtaken for more than a second by those that came later', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('user', 'read', 'background'), fc.nat(50)), { maxLength: 60 }),
        fc.nat(20),
        (others, ahead) => {
          const waiting = [
            ...several(ahead, 'write', 'same', -1),
            waitingFor('write', 'same', 0),
            ...others.map(([kind, client]) => waitingFor(kind as DepartureClass, String(client), 1)),
          ];
          const left = leave(waiting, waiting.length, SLOT_MS);
          const atMs = left.findIndex(({ isWrite, sinceMs }) => isWrite && sinceMs === 0) * SLOT_MS;
          const overtakenLate = left
            .slice(Math.ceil(1_000 / SLOT_MS), atMs / SLOT_MS)
            .filter(({ sinceMs }) => sinceMs === 1);
          expect(overtakenLate).toEqual([]);
        },
      ),
    );
  });
});

describe('a write among requests that keep coming', () => {
  const arrival = fc.record({
    class: fc.constantFrom<DepartureClass>('user', 'write', 'read', 'background'),
    clientId: fc.constantFrom('a', 'b', 'c'),
    clientWeight: fc.constantFrom(1, 2, 4),
    isWrite: fc.boolean(),
    sinceMs: fc.nat(8_000),
  });
  it('is not overtaken once it has waited for a second, in whatever class it is', () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 120 }), (arrivals) => {
        const coming = arrivals.toSorted((one, other) => one.sinceMs - other.sinceMs);
        const waiting: WaitingDeparture[] = [];
        let order = NO_DEPARTURES;
        for (let nowMs = 0; coming.length + waiting.length > 0; nowMs += SLOT_MS) {
          while (coming[0] !== undefined && coming[0].sinceMs <= nowMs) waiting.push(coming.shift()!);
          if (waiting.length === 0) continue;
          const next = nextToLeave(waiting, order, nowMs);
          ({ order } = next);
          waiting.splice(next.index, 1);
          const before = waiting.slice(0, next.index);
          expect(before.filter(({ isWrite, sinceMs }) => isWrite && nowMs - sinceMs >= 1_000)).toEqual([]);
        }
      }),
    );
  });
});

describe('a user', () => {
  it('who comes while a batch takes every slot leaves in one of the next two', () => {
    let order = NO_DEPARTURES;
    const waiting = several(20, 'background', 'batch');
    const cameAt: number[] = [];
    for (let slot = 0; slot < 500; slot += 1) {
      if (slot % 7 === 0) {
        waiting.push(waitingFor('user', 'ward'));
        cameAt.push(slot);
      }
      const next = nextToLeave(waiting, order, slot * SLOT_MS);
      ({ order } = next);
      const [left] = waiting.splice(next.index, 1);
      if (left?.class === 'user') expect(slot - (cameAt.shift() ?? 0)).toBeLessThanOrEqual(1);
      else waiting.push(waitingFor('background', 'batch'));
    }
    expect(cameAt.length).toBeLessThanOrEqual(1);
  });
});

describe('clients', () => {
  it('have the same number of slots, whatever they ask for', () => {
    const left = leave([...several(500, 'read', 'greedy'), ...several(10, 'read', 'modest')], 20);
    expect(countOf(left, ({ clientId }) => clientId === 'modest')).toBe(10);
  });

  it('are served in the order in which they came', () => {
    const left = leave(
      [waitingFor('read', 'a', 1), waitingFor('read', 'b', 2), waitingFor('read', 'c', 3)],
      3,
    );
    expect(left.map(({ clientId }) => clientId)).toEqual(['a', 'b', 'c']);
  });
});

it('nobody starves: every request that waits leaves within its share of the slots', () => {
  const kinds = fc.constantFrom<DepartureClass>('user', 'write', 'read', 'background');
  fc.assert(
    fc.property(
      kinds,
      fc.constantFrom(...(['user', 'write', 'read', 'background'] as const)),
      (mine, flood) => {
        fc.pre(mine !== flood);
        const left = leave([...several(200, flood, 'greedy'), waitingFor(mine, 'patient')], 40);
        expect(countOf(left, ({ clientId }) => clientId === 'patient')).toBe(1);
      },
    ),
  );
});

describe('places ahead', () => {
  it.each([
    ['nobody waits', [], waitingFor('read'), 0],
    ['its own client has three', several(3, 'read'), waitingFor('read'), 3],
    ['another client has fifty', several(50, 'read', 'greedy'), waitingFor('read'), 1],
    ['a user among reads', several(50, 'read'), waitingFor('user'), 1],
    ['a read among users', several(50, 'user'), waitingFor('read'), 4],
    ['in the background among users', several(50, 'user'), waitingFor('background'), 8],
  ] as const)('%s', (_, waiting, mine, expected) => {
    expect(placesAhead(waiting, mine)).toBe(expected);
  });
});

describe('the shares of clients', () => {
  it.each([
    ['single', 10],
    ['double', 13],
    ['fourfold', 16],
  ] as const)('a %s share beside a single one has %i of 20 slots', (share, slots) => {
    const waiting = [
      ...several(20, 'read', 'other'),
      ...several(20, 'read', 'mine').map((rank) => ofShare(share, rank)),
    ];
    const left = leave(waiting, 20);
    const mine = countOf(left, ({ clientId }) => clientId === 'mine');
    expect(Math.abs(mine - slots)).toBeLessThanOrEqual(1);
  });

  it('starve nobody: a single share leaves among ten fourfold ones', () => {
    const waiting = Array.from({ length: 10 }, (_, index) =>
      several(20, 'read', `greedy ${index}`).map((rank) => ofShare('fourfold', rank)),
    ).flat();
    const left = leave([...waiting, waitingFor('read', 'small')], 41);
    expect(left.some(({ clientId }) => clientId === 'small')).toBe(true);
  });

  it.each([
    ['a fourfold share waits for a quarter of the other’s requests', 'fourfold', 'single', 1],
    ['a single share waits for four of a fourfold one', 'single', 'fourfold', 4],
    ['two fourfold shares take turns', 'fourfold', 'fourfold', 1],
  ] as const)('%s', (_, mine, other, expected) => {
    const waiting = several(10, 'read', 'other').map((rank) => ofShare(other, rank));
    expect(placesAhead(waiting, ofShare(mine, waitingFor('read', 'mine')))).toBe(expected);
  });
});
