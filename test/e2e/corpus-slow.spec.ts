/**
 * The slow callers of the corpus, against the real limits of 10 and 30 seconds, while two tenants share 200 sockets at
 * the rate that e-RS allows. Most of the time this test waits.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { theTrailIsWhole } from '../corpus/afterwards.ts';
import { aloneTogether } from '../corpus/crowd.ts';
import { slowFaults } from '../corpus/slow.ts';
import { startWorld, type World } from '../corpus/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stack.stop());

it('slow and idle callers are cut off while two tenants share 200 sockets (SLOW, XTEN-001, XTEN-002)', async () => {
  const [slow, crowd] = await Promise.all([slowFaults(world), aloneTogether(world, 2_000)]);
  expect(slow).toEqual([]);
  expect(crowd).toEqual([]);
}, 300_000);

describe('after the whole corpus', () => {
  theTrailIsWhole(() => world);
});
