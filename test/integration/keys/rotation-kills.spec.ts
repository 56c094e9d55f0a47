/**
 * SIGKILL inside each step of a rotation. An application for each moment: at that moment a worker process is with its step
 * when it dies, in every step of its rotation, and the next worker completes it. Nothing happens twice, and no call would
 * have failed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { changeRegistry } from '@gatehouse/db/client';
import { dueStep, ROLLBACK_MS, type RotationStep } from '@gatehouse/domain/rotation/rotation';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CLAIM_MS } from '../../../apps/gateway/src/adapters/keys/rotations.ts';
import { run as takeStep } from '../../../apps/gateway/src/jobs/keys/key-rotation-step.job.ts';
import { KEY_LIFE, keyStories } from '../../support/audit/key-stories.ts';
import { COMPILE_CACHE } from '../../support/servers/processes.ts';
import { IS_FULL_SIZE } from '../../support/size.ts';
import { callKms } from '../../support/servers/stack.ts';
import { type DyingRun, type Moment, MOMENTS } from './rotation-deaths.ts';
import { type RotatingApplication, type RotationWorld, startRotationWorld } from './rotation-world.ts';

vi.setConfig({ testTimeout: 120_000 });

const EVERY_DAYS = 30;
const DAY_MS = 86_400_000;
const END_WITH_PARENT = new URL('../../support/servers/end-with-parent.mjs', import.meta.url).href;

let world: RotationWorld;
const dying = new Map<Moment, RotatingApplication>();

beforeAll(async () => {
  world = await startRotationWorld();
  for (const moment of MOMENTS) dying.set(moment, await rotating());
}, 60_000);
afterAll(() => world.close());

async function rotating(): Promise<RotatingApplication> {
  const application = await world.addApplication();
  await world.setPolicy(application.odsCode, EVERY_DAYS);
  return application;
}
const dueOf = async ({ id }: RotatingApplication): Promise<RotationStep | null> => {
  const rotation = await world.rotation(id);
  return rotation === undefined ? null : (dueStep(rotation, world.now())?.step ?? null);
};
/** Only two steps note in advance what they will do: the tag of a key, and a canary in the trail. */
const hasMoment = (step: RotationStep, moment: Moment): boolean =>
  moment !== 'after it noted what it will do' || step === 'create' || step === 'prove';

const STEPS: readonly RotationStep[] = [
  'create',
  'publish',
  'confirm',
  'prove',
  'activate',
  'remove',
  'disable',
];
/** `npm run assure` kills at every moment of every step; here one step has every second moment, and the next one the others. */
const victimsOf = (step: RotationStep): Moment[] =>
  MOMENTS.filter(
    (moment, at) => hasMoment(step, moment) && (IS_FULL_SIZE || (at + STEPS.indexOf(step)) % 2 === 0),
  );

/** Takes the step of each of these in one other process, which dies when it has come to the moment of each. */
async function dieIn(moments: ReadonlyMap<Moment, RotatingApplication>): Promise<void> {
  await world.settled();
  const deaths = [...moments].map(([diesAt, { id }]) => ({ ownerId: id, diesAt }));
  const run: DyingRun = { ...world.workerSettings(), deaths };
  const child = fork(new URL('./dying-rotator.ts', import.meta.url), [], {
    execArgv: ['--import', END_WITH_PARENT],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, DYING_RUN: JSON.stringify(run) },
  });
  const [exit] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  expect(exit, [...moments.keys()].join()).toEqual([null, 'SIGKILL']);
}

interface RecordedStep {
  readonly ownerId: string;
  readonly step: RotationStep;
  readonly kid: string | null;
}

async function recordedSteps(result: 'begun' | 'done'): Promise<RecordedStep[]> {
  const { rows } = await world.sql.query<{ facts: RecordedStep }>(
    `SELECT record -> 'facts' AS facts FROM audit.event WHERE event = 'KEY_ROTATION' AND record #>> '{facts,result}' = $1`,
    [result],
  );
  return rows.map(({ facts }) => facts);
}

/** Keys in KMS that may sign, and that the registry does not have. */
async function unknownKeys(): Promise<string[]> {
  const { kmsUrl } = world.simulator;
  const known = new Set((await world.db.signingKey.findMany()).map(({ kmsKeyArn }) => kmsKeyArn));
  const { Keys } = await callKms<{ Keys: { KeyArn: string }[] }>(kmsUrl, 'ListKeys', { Limit: 1_000 });
  const unknown: string[] = [];
  for (const { KeyArn: arn } of Keys)
    if (!known.has(arn) && (await world.kms.isUsable(arn))) unknown.push(arn);
  return unknown;
}

/** Kills a worker of each application in this step, then has another go on. */
async function killAllIn(step: RotationStep): Promise<void> {
  for (const application of dying.values()) expect(await dueOf(application)).toBe(step);
  const victims = victimsOf(step);
  await dieIn(new Map(victims.map((moment) => [moment, dying.get(moment)!])));
  for (const [moment, application] of dying) {
    const { id } = application;
    const states = await world.statesOf(id);
    expect(
      states.filter((state) => state === 'ACTIVE'),
      moment,
    ).toHaveLength(1);
    expect(await world.askForToken(id), moment).toBeNull();
    // The queue delivers the job again at once, while the dead worker has the claim.
    if (victims.includes(moment) && moment !== 'after it gave its claim back')
      await takeStep(world.stepDeps(), id);
    expect(await world.statesOf(id), moment).toEqual(states);
  }
  await world.moveTo(world.now() + CLAIM_MS + 1_000);
  for (const [moment, application] of dying) {
    await world.settled();
    if ((await dueOf(application)) === step) await takeStep(world.stepDeps(), application.id);
    expect(await dueOf(application), moment).not.toBe(step);
    expect(await world.askForToken(application.id), moment).toBeNull();
  }
}

it.each(['create', 'publish', 'confirm'] as const)(
  'a worker killed in the step “%s” of a standby leaves it to the next',
  killAllIn,
);

it.each(['prove', 'activate'] as const)(
  'a worker killed in the step “%s” leaves it to the next',
  async (step) => {
    if (step === 'prove') await world.moveTo(world.now() + EVERY_DAYS * DAY_MS);
    await killAllIn(step);
  },
);

it.each(['remove', 'disable'] as const)(
  'a worker killed in the step “%s” leaves it to the next',
  async (step) => {
    if (step === 'remove') {
      for (const { id } of dying.values())
        expect(await world.catchUp(id)).toEqual(['create', 'publish', 'confirm']);
      await world.moveTo(world.now() + ROLLBACK_MS);
    }
    await killAllIn(step);
  },
);

it('afterwards each step was taken once, the history has all of them, and KMS has no key that nobody knows', async () => {
  const [created, published, confirmed, proven, activated, ...end] = KEY_LIFE;
  const allStories = await keyStories(world.sql);
  for (const [moment, { id }] of dying) {
    const keys = await world.keysOf(id);
    expect(
      keys.map(({ state }) => state),
      moment,
    ).toEqual(['REMOVED', 'ACTIVE', 'PUBLISHED']);
    expect(
      keys.map(({ kid }) => allStories.get(kid)),
      moment,
    ).toEqual([
      [created, published, activated, ...end],
      [created, published, confirmed, proven, activated],
      [created, published, confirmed],
    ]);
    expect(await world.kms.isUsable(keys[0]?.kmsKeyArn ?? ''), moment).toBe(false);
  }
  expect(await unknownKeys()).toEqual([]);
  const requests = await world.simulator.control<{ kmsAction?: string }[]>('GET', '/requests?target=kms');
  expect(requests.filter(({ kmsAction }) => kmsAction === 'CreateKey')).toHaveLength(
    await world.db.signingKey.count(),
  );
});

it('the trail has each step once, although workers died before and after they recorded it', async () => {
  // The last step was left by those that died in it after they had changed the registry, and nothing else is due.
  const left = victimsOf('disable')
    .filter((moment) => moment === 'after it changed the registry' || moment === 'after it recorded the step')
    .map((moment) => dying.get(moment)?.id ?? '');
  expect((await world.plan()).toSorted()).toEqual(left.toSorted());
  for (const id of left) await takeStep(world.stepDeps(), id);
  await world.db.backgroundJob.deleteMany();
  expect(await world.plan()).toEqual([]);
  const done = await recordedSteps('done');
  for (const [moment, { id }] of dying) {
    const [first, second, third] = (await world.keysOf(id)).map(({ kid }) => kid);
    expect(
      done.flatMap(({ ownerId, step, kid }) => (ownerId === id ? [`${step} ${kid ?? ''}`] : [])).toSorted(),
      moment,
    ).toEqual(
      [
        ...['create ', 'create '],
        ...[second, third].flatMap((kid) => [`publish ${kid ?? ''}`, `confirm ${kid ?? ''}`]),
        ...[`prove ${second ?? ''}`, `activate ${second ?? ''}`],
        ...[`remove ${first ?? ''}`, `disable ${first ?? ''}`],
      ].toSorted(),
    );
  }
});

it('the trail has a canary before it is sent, whenever a worker dies', async () => {
  const begun = (await recordedSteps('begun')).filter(({ step }) => step === 'prove');
  const repeated = victimsOf('prove').filter((moment) =>
    (['after it noted what it will do', 'after it reached out'] as readonly Moment[]).includes(moment),
  );
  expect(begun).toHaveLength(MOMENTS.length + repeated.length);
});

it('a key that a killed worker left in KMS is disabled, although its policy has been removed meanwhile', async () => {
  const one = await rotating();
  await dieIn(new Map([['after it reached out', one]]));
  expect(await unknownKeys()).toHaveLength(1);
  await changeRegistry(world.db, { actor: 'Pat Engineer' }, (transaction) =>
    transaction.rotationPolicy.deleteMany({ where: { odsCode: one.odsCode } }),
  );
  await world.moveTo(world.now() + CLAIM_MS + 1_000);
  expect(await world.plan()).toContain(one.id);
  await takeStep(world.stepDeps(), one.id);
  expect(await unknownKeys()).toEqual([]);
  await world.db.backgroundJob.deleteMany();
  expect(await world.plan()).not.toContain(one.id);
});
