import { describe, expect, it } from 'vitest';
import { rateLimitOf } from './rate-limit.js';
import {
  afterAnswer,
  HEALTHY,
  heldUntilMs,
  HOLD_MS,
  JOINING,
  nextSharing,
  type Replica,
  type ReplicaState,
  type Sharing,
} from './rate-sharing.js';

const NOW_MS = 10_000;
const own = { id: 'b', isSlow: false };
const ownSlow = { id: 'b', isSlow: true };
const NEVER = { changedMs: null, heldSinceMs: null };
const NOW = { changedMs: NOW_MS, heldSinceMs: NOW_MS };
const other = (
  id: string,
  state: ReplicaState = 'shared',
  ageMs = 200,
  changedAgoMs: number | null = null,
): Replica => ({ id, state, ageMs, changedAgoMs });
const shared: Sharing = { state: 'shared', members: [], ...NEVER };
const divided: Sharing = { state: 'divided', members: ['a', 'b'], ...NEVER };

describe('a replica that shares', () => {
  it.each([
    ['goes on while all are well', own, [other('a')], shared],
    ['goes on when another begins', own, [other('a'), other('c', 'joining')], shared],
    ['goes on when another has gone', own, [], shared],
    ['goes on while another still divides', own, [other('a', 'divided')], shared],
    [
      'divides with one that is slow, after a while',
      own,
      [other('a', 'slow')],
      { state: 'divided', members: ['a', 'b'], ...NOW },
    ],
    [
      'divides with one that was not heard of',
      own,
      [other('a', 'shared', 601), other('c')],
      { state: 'divided', members: ['a', 'b', 'c'], ...NOW },
    ],
    ['divides when it is slow itself', ownSlow, [other('a')], { state: 'slow', members: ['a', 'b'], ...NOW }],
    [
      'has the whole rate, without a pause, when it is alone',
      ownSlow,
      [],
      { state: 'slow', members: ['b'], changedMs: NOW_MS, heldSinceMs: null },
    ],
    [
      'does not count one that begins',
      ownSlow,
      [other('a', 'joining')],
      { state: 'slow', members: ['b'], ...NOW },
    ],
  ])('%s', (_, replica, others, expected) => {
    expect(nextSharing(shared, replica, others, NOW_MS)).toEqual(expected);
  });
});

describe('a replica that divides', () => {
  it.each([
    ['goes on', own, [other('a', 'slow')], divided],
    ['goes on when it is slow as well', ownSlow, [other('a', 'slow')], { ...divided, state: 'slow' }],
    [
      'waits when another has gone',
      own,
      [other('c', 'slow')],
      { state: 'divided', members: ['b', 'c'], ...NOW },
    ],
    [
      'shares again after a while when all are well',
      own,
      [other('a', 'divided')],
      { state: 'shared', members: [], ...NOW },
    ],
  ])('%s', (_, replica, others, expected) => {
    expect(nextSharing(divided, replica, others, NOW_MS)).toEqual(expected);
  });
});

describe('a replica that begins', () => {
  it.each([
    ['alone shares at once', own, [], shared],
    ['among others that share does so at once', own, [other('a'), other('c', 'joining')], shared],
    [
      'waits for the slots that another had before the newest change',
      own,
      [other('a', 'shared', 200, 4_000), other('c', 'shared', 200, 300), other('d')],
      { ...shared, changedMs: NOW_MS - 300, heldSinceMs: NOW_MS - 300 },
    ],
    [
      'waits no longer than from now on, whatever a clock that was set back says',
      own,
      [other('a', 'shared', 200, -60_000)],
      { ...shared, ...NOW },
    ],
    ['waits while others divide', own, [other('a', 'divided')], JOINING],
    ['waits while another is slow', own, [other('a', 'slow')], JOINING],
    ['waits while another is out of touch', own, [other('a', 'shared', 601)], JOINING],
  ])('%s', (_, replica, others, expected) => {
    expect(nextSharing(JOINING, replica, others, NOW_MS)).toEqual(expected);
  });
});

describe('after a change', () => {
  it.each([
    ['600 a minute, one interval more', rateLimitOf(600).intervalMs, NOW_MS + HOLD_MS + 102],
    [
      '5 a minute, one interval more, which is far longer',
      rateLimitOf(5).intervalMs,
      NOW_MS + HOLD_MS + 12_240,
    ],
  ])('nothing is sent for the hold and, at %s', (_, intervalMs, untilMs) => {
    expect(heldUntilMs({ ...divided, ...NOW }, intervalMs)).toBeCloseTo(untilMs, 6);
  });

  it('a replica that never changed waits for nothing', () => {
    expect(heldUntilMs(shared, rateLimitOf(5).intervalMs)).toBe(-Infinity);
  });

  it('a replica that is left alone still waits for the change before', () => {
    const changed = { ...divided, heldSinceMs: NOW_MS - 100 };
    expect(nextSharing(changed, ownSlow, [], NOW_MS).heldSinceMs).toBe(NOW_MS - 100);
  });
});

describe('the health of the store', () => {
  const after = (...tookMs: number[]) => tookMs.reduce(afterAnswer, HEALTHY).isSlow;
  it.each([
    ['fast', [1, 2, 1], false],
    ['one slow answer', [1, 51, 1, 51, 1], false],
    ['two slow answers in a row', [1, 51, 51], true],
    ['a silence', [1, 251], true],
    ['still slow after seven good answers', [251, 1, 1, 1, 1, 1, 1, 1], true],
    ['well after eight', [251, 1, 1, 1, 1, 1, 1, 1, 1], false],
    ['a slow answer begins the count again', [251, 1, 1, 1, 1, 60, 1, 1, 1, 1], true],
  ])('%s', (_, tookMs, isSlow) => {
    expect(after(...tookMs)).toBe(isSlow);
  });
});
