/** A run that was held up after it had created a key: whether that key is disabled again. */
import { expect, it } from 'vitest';
import { type KeyRotationStepDeps, run } from './key-rotation-step.job.js';

const ARN = 'arn:aws:kms:eu-west-2:000000000000:key/1';

/** The owner has an ACTIVE key and no standby; when the step is to be taken, it isn't due any more. */
async function disabledAfter(recordedMeanwhile: readonly string[]): Promise<string[]> {
  const disabled: string[] = [];
  const active = { kid: 'a', state: 'ACTIVE', createdAtMs: 0, publishedAtMs: 0, activatedAtMs: 1 };
  const deps = {
    claim: () => Promise.resolve('claim'),
    read: () =>
      Promise.resolve({
        ownerId: 'o',
        kind: 'application',
        odsCodes: ['R69'],
        creation: 'tag',
        keys: [active],
      }),
    release: () => Promise.resolve(),
    takeStep: () => Promise.resolve(false),
    knownArns: () => Promise.resolve(new Set(recordedMeanwhile)),
    keyService: {
      signingKeysOf: () => Promise.resolve([{ arn: ARN }]),
      disableKey: (arn: string) => Promise.resolve(disabled.push(arn)),
    },
    now: () => 1_000,
    killPoint: () => undefined,
  } as unknown as KeyRotationStepDeps;
  await run(deps, 'o');
  return disabled;
}

it('it is disabled if nobody has recorded it', async () => {
  expect(await disabledAfter([])).toEqual([ARN]);
});

it('it is left alone if another run has recorded it meanwhile', async () => {
  expect(await disabledAfter([ARN])).toEqual([]);
});
