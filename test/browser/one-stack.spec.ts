/** Pages whose tests don't disturb one another: to start a stack for each takes as long as its tests. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startConsole } from '../support/console.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { failedLoads } from './on-one-stack/failed-loads.ts';
import { impact } from './on-one-stack/impact.ts';
import { backgroundJobs } from './on-one-stack/jobs.ts';
import { newerCatalogue } from './on-one-stack/newer-catalogue.ts';
import { findings } from './on-one-stack/upkeep.ts';
import { healthcareWorkers } from './on-one-stack/users.ts';
import type { World } from './on-one-stack/world.ts';

let started: World;
beforeAll(async () => {
  let onboarded: Onboarded | undefined;
  const at = await startConsole(async (stack) => {
    [onboarded] = await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'R70' }]);
  });
  if (onboarded === undefined) throw new Error('nothing was onboarded');
  started = { at, onboarded };
});
afterAll(() => started.at.stop());

const world = (): World => started;
describe('background jobs', () => backgroundJobs(world));
describe('healthcare workers', () => healthcareWorkers(world));
describe('what scheduled jobs found', () => findings(world));
describe('a newer e-RS specification', () => newerCatalogue(world));
describe('the impact of an event', () => impact(world));
describe('what fails to load', () => failedLoads(world));
