/** Runs that were held up, lost their claim or could not be recorded: which KMS keys are disabled, and what is noted. */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { describe, expect, it } from 'vitest';
import { type KeyRotationStepDeps, run } from './key-rotation-step.job.js';

const ARN = 'arn:aws:kms:eu-west-2:000000000000:key/1';
const ACTIVE = { kid: 'a', state: 'ACTIVE', createdAtMs: 0, publishedAtMs: 0, activatedAtMs: 1 };
const STANDBY = {
  ...{ kid: 'b', state: 'PUBLISHED', createdAtMs: 0, publishedAtMs: 0, confirmedAtMs: 0, provenAtMs: null },
};
const NOW_MS = 200 * 86_400_000;

interface Given {
  readonly result?: 'taken' | 'not-due' | 'claim-lost';
  /** What the registry knows when the run looks. */
  readonly known?: readonly string[];
  readonly creation?: string | null;
  /** After the step. */
  readonly creationLater?: string | null;
  readonly keys?: readonly object[];
  readonly audit?: (event: SystemEvent) => Promise<void>;
  /** Whether the trail lacks a step that an earlier run has taken. */
  readonly isLeft?: boolean;
}

/** @returns the effects of one run, in their order */
async function effectsOf(given: Given): Promise<string[]> {
  const { result = 'taken', known = [], creation = 'tag', creationLater = null, keys = [ACTIVE] } = given;
  const effects: string[] = [];
  const note = (effect: string) => Promise.resolve(void effects.push(effect));
  const rotation = {
    ...{ ownerId: 'o', kind: 'application', odsCodes: ['R69'], everyDays: 90, policyAtMs: 0, keys },
    ...{ jwksId: 'j', creation },
  };
  let reads = 0;
  let isUnrecorded = given.isLeft ?? false;
  const deps = {
    claim: () => Promise.resolve('claim'),
    read: () => Promise.resolve({ ...rotation, creation: (reads += 1) === 1 ? creation : creationLater }),
    release: () => note('released'),
    noteFailure: (_: unknown, { cause }: { cause: string }) => note(`failed: ${cause}`),
    endCreation: () => note('creation ended'),
    takeStep: () => {
      isUnrecorded = result === 'taken';
      return Promise.resolve(result);
    },
    recordTaken: async () => {
      if (isUnrecorded) await (given.audit?.({} as SystemEvent) ?? note('recorded the step'));
      isUnrecorded = false;
    },
    knownArns: () => Promise.resolve(new Set(known)),
    keyService: {
      signingKeysOf: () => Promise.resolve([{ arn: ARN }]),
      disableKey: (arn: string) => note(`disabled ${arn}`),
    },
    snapshot: () => ({
      applicationsByJwksId: new Map([['j', { signingKeys: [STANDBY] }]]),
      cis2ClientsByJwksId: new Map(),
    }),
    canary: () => note('canary').then(() => null),
    audit: {
      system: given.audit ?? (({ facts }: SystemEvent) => note(`recorded ${facts['result'] as string}`)),
    },
    now: () => NOW_MS,
    killPoint: () => undefined,
    log: { warn: () => undefined, info: () => undefined },
  } as unknown as KeyRotationStepDeps;
  await run(deps, 'o');
  return effects;
}

describe('a key that KMS has made', () => {
  it.each<[string, Given, readonly string[]]>([
    ['is kept if the step is taken', {}, ['recorded the step', 'released']],
    [
      'is disabled if a person was faster',
      { result: 'not-due' },
      [`disabled ${ARN}`, 'creation ended', 'released'],
    ],
    [
      'is left alone if another run has recorded it meanwhile',
      { result: 'claim-lost', known: [ARN] },
      ['released'],
    ],
    [
      'is left to the run that has the claim, which finds it by its tag',
      { result: 'claim-lost', creationLater: 'tag' },
      ['released'],
    ],
    [
      'is disabled if that run has recorded another',
      { result: 'claim-lost', creationLater: null },
      [`disabled ${ARN}`, 'released'],
    ],
    [
      'of a run that died is disabled once a person has made the next key',
      { keys: [ACTIVE, { ...STANDBY, publishedAtMs: NOW_MS, confirmedAtMs: NOW_MS }] },
      [`disabled ${ARN}`, 'creation ended', 'released'],
    ],
  ])('%s', async (_, given, effects) => {
    expect(await effectsOf(given)).toEqual(effects);
  });
});

describe('the canary', () => {
  const due = { creation: null, keys: [ACTIVE, STANDBY] };

  it('is recorded before it is sent, and after', async () => {
    expect(await effectsOf(due)).toEqual(['recorded begun', 'canary', 'recorded the step', 'released']);
  });

  it('is not sent if the audit trail cannot record it', async () => {
    let calls = 0;
    const audit = () => ((calls += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve());
    expect(await effectsOf({ ...due, audit })).toEqual(['failed: away']);
  });
});

it('what an earlier run has left is recorded before another step is taken', async () => {
  const due = { isLeft: true, creation: null, keys: [ACTIVE, STANDBY] };
  expect((await effectsOf(due)).slice(0, 2)).toEqual(['recorded the step', 'recorded begun']);
});

it('a step that was taken is not noted as failed because it could not be recorded', async () => {
  const effects: string[] = [];
  const audit = async () => {
    effects.push('tried to record');
    throw new Error('away');
  };
  await expect(effectsOf({ audit })).rejects.toThrow('away');
  expect(effects).toEqual(['tried to record']);
});
