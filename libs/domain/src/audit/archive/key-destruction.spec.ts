import { describe, expect, it } from 'vitest';
import {
  faultOfKeyDecision,
  keyConditionsOf,
  type KeyDestructionFacts,
  lastBackupMs,
} from './key-destruction.js';

const FACTS: KeyDestructionFacts = {
  organisation: { name: 'Quay NHS Trust (R0Q)', state: 'retired', retiredAtMs: Date.UTC(2020, 4, 7) },
  ...{ deploymentRetention: 96, ownRetention: null, hold: null },
  decision: { reason: 'its records are no longer needed', people: 2 },
  lastRequestMs: Date.UTC(2020, 2, 31),
};
/** 96 months after the end of May 2020. */
const OVER = Date.UTC(2028, 5, 1);

const unmet = (facts: Partial<KeyDestructionFacts>, nowMs = OVER): string[] =>
  keyConditionsOf(nowMs, { ...FACTS, ...facts }).flatMap(({ isMet, text }) => (isMet ? [] : [text]));

describe('the data key of an organisation', () => {
  it('may be destroyed when its retention is over and everything holds', () => {
    expect(unmet({})).toEqual([]);
  });

  it('says each condition that is met', () => {
    expect(keyConditionsOf(OVER, FACTS).map(({ text }) => text)).toEqual([
      'Quay NHS Trust (R0Q) is retired, since 2020-05-07.',
      'Its records are not held.',
      'Two people decided that its data key is destroyed: its records are no longer needed',
      'Its records are kept for 96 months after 2020-05, which ended on 2028-06-01.',
    ]);
  });

  const retiredAtMs = FACTS.organisation.retiredAtMs;
  it.each<[string, Partial<KeyDestructionFacts>, RegExp]>([
    [
      'it is suspended',
      { organisation: { name: 'Quay NHS Trust (R0Q)', state: 'suspended', retiredAtMs: null } },
      /^Quay NHS Trust \(R0Q\) is suspended, not retired\.$/,
    ],
    ['its records are held', { hold: 'an inquiry' }, /held: an inquiry/],
    ['nobody has decided on it', { decision: null }, /Nobody has decided/],
    ['one person has', { decision: { reason: 'x', people: 1 } }, /One person alone/],
    ['records are never destroyed', { deploymentRetention: null }, /nobody has set a retention/],
    ['records are never destroyed here', { deploymentRetention: null, ownRetention: 12 }, /never destroyed/],
    ['all are kept longer', { deploymentRetention: 97 }, /97 months after 2020-05, until 2028-07-01/],
    ['its own are kept longer', { ownRetention: 120 }, /120 months after 2020-05, until 2030-06-01/],
    [
      'it has a later request',
      { lastRequestMs: Date.UTC(2020, 5, 1) },
      /96 months after 2020-06, until 2028-07-01/,
    ],
    [
      'it was retired later',
      { organisation: { ...FACTS.organisation, retiredAtMs: Number(retiredAtMs) + 31 * 86_400_000 } },
      /96 months after 2020-06/,
    ],
  ])('stays while %s', (_, facts, text) => {
    expect(unmet(facts)).toEqual([expect.stringMatching(text)]);
  });

  it('stays until the last millisecond of its retention', () => {
    expect(unmet({}, OVER - 1)).toEqual([expect.stringMatching(/until 2028-06-01/)]);
  });

  it('says "1 month", not "1 months"', () => {
    expect(unmet({ deploymentRetention: 1 }, Date.UTC(2020, 5, 30))).toEqual([
      'Its records are kept for 1 month after 2020-05, until 2020-07-01.',
    ]);
  });

  it('is not kept for less than all others are', () => {
    expect(unmet({ ownRetention: 12 }, OVER - 1)).toEqual([expect.stringMatching(/kept for 96 months/)]);
  });

  it('counts from its end if it never had a request', () => {
    expect(unmet({ lastRequestMs: null }, OVER - 1)).toEqual([expect.stringMatching(/after 2020-05/)]);
  });
});

describe('the decision to destroy a data key', () => {
  const can = { state: 'retired', hold: null, deploymentRetention: 96 };
  it.each<[string, Partial<Parameters<typeof faultOfKeyDecision>[0]>, RegExp | null]>([
    ['can be made', {}, null],
    ['waits until the organisation is retired', { state: 'suspended' }, /^Only the data key of a retired/],
    ['waits until a hold is lifted', { hold: 'an inquiry' }, /^The records are held/],
    ['waits until there is a retention', { deploymentRetention: null }, /^Nothing .* is ever destroyed here/],
  ])('%s', (_, facts, expected) => {
    const fault = faultOfKeyDecision({ ...can, ...facts });
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toMatch(expected);
  });
});

it('knows when the last backup with the key expires', () => {
  expect(lastBackupMs(Date.UTC(2028, 5, 1), 35)).toBe(Date.UTC(2028, 6, 6));
});
