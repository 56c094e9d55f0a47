import { describe, expect, it } from 'vitest';
import { type DisabledKey, standbyFor, stepsAtNhs, stillExposed } from './key-emergency.js';
import type { RotatingKey } from './rotation.js';

const T = Date.parse('2026-03-01T09:00:00Z');
const WAIT_MS = 3_900_000;
const key = (
  kid: string,
  state: RotatingKey['state'],
  publishedAtMs: number | null,
  confirmedAtMs: number | null = null,
): RotatingKey => ({
  ...{ kid, state, createdAtMs: T, publishedAtMs, confirmedAtMs, provenAtMs: null },
  ...{ activatedAtMs: null, retiredAtMs: null, removedAtMs: null, disabledAtMs: null },
});

describe('the key that takes over', () => {
  const active = key('bad', 'ACTIVE', T - WAIT_MS);
  it.each<[string, RotatingKey[], string | null]>([
    ['a standby that every copy of the JWKS has', [active, key('next', 'PUBLISHED', T - WAIT_MS)], 'next'],
    [
      'none that was confirmed too late, however long ago it was published',
      [active, key('next', 'PUBLISHED', 0, T - WAIT_MS + 1)],
      null,
    ],
    ['none that is too young', [active, key('next', 'PUBLISHED', T - WAIT_MS + 1)], null],
    ['none that is not published', [active, key('next', 'PENDING', null)], null],
    ['the one that signed before', [active, key('old', 'RETIRING', T - 2 * WAIT_MS)], 'old'],
    [
      'the standby before the one that signed before',
      [active, key('old', 'RETIRING', 0), key('next', 'PUBLISHED', 0, T - WAIT_MS)],
      'next',
    ],
    [
      'the one that signed before, if nobody has confirmed the standby',
      [active, key('old', 'RETIRING', 0), key('next', 'PUBLISHED', 0)],
      'old',
    ],
    ['never the disabled one', [key('bad', 'RETIRING', 0)], null],
    ['never a removed one', [active, key('gone', 'REMOVED', 0)], null],
  ])('%s', (_, keys, kid) => {
    expect(standbyFor(keys, 'bad', T)?.kid ?? null).toBe(kid);
  });
});

const disabled: DisabledKey = {
  ...{ kid: 'bad', ownerKind: 'application', ownerName: 'int / R69', accessMode: 'application-restricted' },
  ...{
    apimApplicationId: '1f8d',
    asid: '200000002454',
    environment: 'int',
    standbyKid: 'next',
    wasActive: true,
  },
  ...{ jwksUrl: 'https://gatehouse.example/jwks/x', kmsKeyArn: 'arn:aws:kms:x', isDisabledInKms: true },
  wasPublished: true,
  takenOutAtMs: T,
  disabledAtMs: T,
};
const textOf = (facts: Partial<DisabledKey>) =>
  stillExposed({ ...disabled, ...facts })
    .map(({ text, untilMs }) => `${text} ${String(untilMs === null ? null : (untilMs - T) / 1000)}`)
    .join('\n');

describe('what stays exposed', () => {
  it('is said with its end: 599 s, an hour and 599 s, and 180 s after a revocation', () => {
    expect(textOf({})).toMatch(/until they expire.* 599\n.*JWKS.* 4199\n.*180 s more/);
  });

  it.each<[string, Partial<DisabledKey>, RegExp]>([
    [
      'a key that KMS did not disable',
      { isDisabledInKms: false },
      /aws kms disable-key --key-id arn:aws:kms:x/,
    ],
    ['an application for users', { accessMode: 'user-restricted' }, /API key and secret/],
    ['a registry that was busy', { takenOutAtMs: null }, /The registry was busy.*null/],
    ['no standby', { standbyKid: null }, /Calls are refused/],
    ['tokens of users', { accessMode: 'user-restricted' }, /goes on using those of signed-in users/],
    ['sessions at CIS2', { ownerKind: 'cis2-client', accessMode: null }, /Sessions of users that are open/],
  ])('%s', (_, facts, words) => {
    expect(textOf(facts)).toMatch(words);
    expect(textOf({})).not.toMatch(words);
  });
});

it('a key that did not sign leaves calls as they are', () => {
  expect(textOf({ wasActive: false, standbyKid: null })).not.toMatch(/refused/);
});

it('a key that was never published is known to nobody', () => {
  expect(textOf({ wasPublished: false })).toMatch(/^The key was never published[^\n]* null$/);
  expect(stepsAtNhs({ ...disabled, wasPublished: false })).toEqual([]);
});

it('no end is said of what lasts until the registry has taken the key out of use', () => {
  expect(textOf({ takenOutAtMs: null, standbyKid: null })).not.toMatch(/ 599$| 4199|Calls are refused/m);
});

it('NHS England drops its copy of the JWKS first, since it issues tokens by it until then', () => {
  const [drop, revoke] = stepsAtNhs(disabled).map(({ whatToAsk }) => whatToAsk);
  expect(drop).toContain('drop its copy of the JWKS');
  expect(revoke).toMatch(/revoke the tokens .* as soon as its copy of the JWKS is gone/);
});

it('NHS England is given the values to act on', () => {
  const steps = stepsAtNhs(disabled);
  expect(steps).toHaveLength(3);
  for (const { values } of steps)
    expect(values.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['int / R69', '1f8d', '200000002454', 'bad']),
    );
  const [ofCis2] = stepsAtNhs({ ...disabled, ownerKind: 'cis2-client', apimApplicationId: null, asid: null });
  expect(ofCis2?.whatToAsk).toContain('NHS CIS2');
});
