/** Which rotations are taken on in one run, and which need a person. */
import { expect, it } from 'vitest';
import type { LeftOver, OwnerRotation } from '../../adapters/keys/rotations.js';
import { run } from './key-rotation.job.js';

const NOW_MS = 1_000_000;
const ACTIVE = { kid: 'a', state: 'ACTIVE', activatedAtMs: 1 };
const STANDBY = { kid: 'b', state: 'PUBLISHED', publishedAtMs: NOW_MS, confirmedAtMs: NOW_MS };

/** Due: it has no standby. */
const rotation = (ownerId: string, more: object = {}): OwnerRotation =>
  ({
    ...{ ownerId, keys: [ACTIVE], everyDays: 90, policyAtMs: 0, failures: 0, creation: null },
    ...{ claimedUntilMs: 0, notBeforeMs: 0, ...more },
  }) as unknown as OwnerRotation;

async function plan(
  rotations: readonly OwnerRotation[],
  dead: readonly string[] = [],
  { nowMs = NOW_MS, left = [] }: { nowMs?: number; left?: readonly LeftOver[] } = {},
) {
  const requested: string[] = [];
  let stuck = 0;
  await run({
    read: () => Promise.resolve(rotations),
    left: () => Promise.resolve(left),
    dead: () => Promise.resolve(new Set(dead)),
    request: (ownerIds) => Promise.resolve(void requested.push(...ownerIds)),
    now: () => nowMs,
    onStuck: (count) => (stuck = count),
  });
  return { requested, stuck };
}

it('sixty owners whose steps have failed permanently hold up nobody, and are counted as stuck', async () => {
  const dead = Array.from({ length: 60 }, (_, n) => `dead-${n}`);
  const rotations = [...dead, 'alive'].map((ownerId) => rotation(ownerId));
  expect(await plan(rotations, dead)).toEqual({ requested: ['alive'], stuck: 60 });
});

it('one that has failed three times is counted once, dead or not', async () => {
  const failing = rotation('o', { failures: 3, notBeforeMs: NOW_MS + 1 });
  expect(await plan([failing], ['o'])).toEqual({ requested: [], stuck: 1 });
});

it.each<[string, object, readonly string[]]>([
  ['whose next key is due', {}, ['o']],
  ['that waits after a failure', { notBeforeMs: NOW_MS + 1 }, []],
  ['of which another run takes a step', { claimedUntilMs: NOW_MS + 1 }, []],
  ['of which nothing is due', { keys: [ACTIVE, STANDBY], policyAtMs: NOW_MS }, []],
])('an owner %s', async (_, more, requested) => {
  expect((await plan([rotation('o', more)])).requested).toEqual(requested);
});

it('an owner of which nothing is due is seen to if a run that died has left something', async () => {
  const idle = rotation('o', { keys: [ACTIVE, STANDBY], policyAtMs: NOW_MS });
  const left = [{ ownerId: 'o', environment: 'int', creation: null, claimedUntilMs: 0 }];
  expect((await plan([idle], [], { left })).requested).toEqual(['o']);
});

it('of more than sixty, those that are due for longest come first', async () => {
  const rotations = Array.from({ length: 70 }, (_, n) =>
    rotation(`o-${n}`, { keys: [{ ...ACTIVE, activatedAtMs: 70 - n }] }),
  );
  const { requested } = await plan(rotations);
  expect(requested).toHaveLength(60);
  expect(requested[0]).toBe('o-69');
});

it('a key that is proven is activated before others that have been due for longer are proven', async () => {
  const confirmed = { ...STANDBY, publishedAtMs: 0, confirmedAtMs: 0 };
  const atMs = 100 * 86_400_000;
  const due = Array.from({ length: 70 }, (_, n) => rotation(`o-${n}`, { keys: [ACTIVE, confirmed] }));
  const proven = rotation('proven', { keys: [ACTIVE, { ...confirmed, provenAtMs: atMs - 1 }] });
  const { requested } = await plan([...due, proven], [], { nowMs: atMs });
  expect([requested.length, requested[0]]).toEqual([60, 'proven']);
});

it('what a run that died may have left in KMS is looked for, although its owner has no policy any more', async () => {
  const left = (ownerId: string, claimedUntilMs = 0): LeftOver => ({
    ...{ ownerId, environment: 'int', creation: 'tag', claimedUntilMs },
  });
  const all = [left('o'), left('claimed', NOW_MS + 1), left('dead'), left('rotating')];
  const rotating = rotation('rotating', { creation: 'tag', claimedUntilMs: NOW_MS + 1 });
  expect((await plan([rotating], ['dead'], { left: all })).requested).toEqual(['o']);
});
