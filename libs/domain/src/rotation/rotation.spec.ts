import { describe, expect, it } from 'vitest';
import { ACTIVATION_MARGIN_S, JWKS_CACHE_S } from '../registry/signing-key.js';
import {
  dueStep,
  mayActivate,
  nextStep,
  pauseAfterFailureMs,
  PROOF_LIFE_MS,
  ROLLBACK_MS,
  type RotatingKey,
  type Rotation,
  rotationDueMs,
} from './rotation.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WAIT_MS = (JWKS_CACHE_S + ACTIVATION_MARGIN_S) * 1000;
const T = Date.parse('2026-03-01T00:00:00Z');

const key = (kid: string, state: RotatingKey['state'], times: Partial<RotatingKey> = {}): RotatingKey => ({
  ...{ kid, state, createdAtMs: T, publishedAtMs: null, confirmedAtMs: null, provenAtMs: null },
  ...{ activatedAtMs: null, retiredAtMs: null, removedAtMs: null, disabledAtMs: null },
  ...times,
});
const active = key('old', 'ACTIVE', { publishedAtMs: T, activatedAtMs: T });
const standby = (times: Partial<RotatingKey> = {}) => key('new', 'PUBLISHED', { publishedAtMs: T, ...times });
const rotation = (...keys: RotatingKey[]): Rotation => ({
  ...{ ownerId: 'owner', everyDays: 90, policyAtMs: T - 400 * DAY_MS },
  keys,
});
const DUE_MS = rotationDueMs(rotation(), T);

describe('the next step of a rotation', () => {
  it.each<[string, Rotation, object | null]>([
    ['no key was ever made: a person makes the first', rotation(), null],
    ['the only key was never used', rotation(key('new', 'PENDING')), null],
    ['an active key without a successor', rotation(active), { step: 'create', kid: null, atMs: T }],
    [
      'a successor that only exists',
      rotation(active, key('new', 'PENDING', { createdAtMs: T + 1 })),
      { step: 'publish', kid: 'new', atMs: T + 1 },
    ],
    ['published', rotation(active, standby()), { step: 'confirm', kid: 'new', atMs: T }],
    [
      'confirmed: it waits until the active key is due',
      rotation(active, standby({ confirmedAtMs: T })),
      { step: 'prove', kid: 'new', atMs: DUE_MS },
    ],
    [
      'confirmed just before the active key is due: the cache of API Management comes first',
      rotation(active, standby({ confirmedAtMs: DUE_MS - 1 })),
      { step: 'prove', kid: 'new', atMs: DUE_MS - 1 + WAIT_MS },
    ],
    [
      'published long ago and confirmed late: a copy of before may be as young as the confirmation',
      rotation(active, standby({ publishedAtMs: DUE_MS - 2 * WAIT_MS, confirmedAtMs: DUE_MS })),
      { step: 'prove', kid: 'new', atMs: DUE_MS + WAIT_MS },
    ],
    [
      'proven when it was due',
      rotation(active, standby({ confirmedAtMs: T, provenAtMs: DUE_MS })),
      { step: 'activate', kid: 'new', atMs: DUE_MS },
    ],
    [
      'proven too early: proven again',
      rotation(active, standby({ confirmedAtMs: T, provenAtMs: DUE_MS - 1 })),
      { step: 'prove', kid: 'new', atMs: DUE_MS },
    ],
    [
      'proven too long ago: proven again',
      rotation(active, standby({ confirmedAtMs: T - 99 * DAY_MS, provenAtMs: DUE_MS - PROOF_LIFE_MS - 1 })),
      { step: 'prove', kid: 'new', atMs: DUE_MS },
    ],
    [
      'no key signs any more: as soon as every copy of the JWKS has it',
      rotation(key('old', 'REMOVED', { activatedAtMs: T, disabledAtMs: T }), standby({ confirmedAtMs: T })),
      { step: 'prove', kid: 'new', atMs: T + WAIT_MS },
    ],
    [
      'no key signs, and there is no other: one is made at once',
      rotation(key('old', 'REMOVED', { activatedAtMs: T, disabledAtMs: T })),
      { step: 'create', kid: null, atMs: 0 },
    ],
    [
      'a retired key stays for a day',
      rotation(
        { ...active, activatedAtMs: T + 5 },
        standby({ confirmedAtMs: T + 5, publishedAtMs: T + 5 }),
        key('older', 'RETIRING', { retiredAtMs: T + 5, activatedAtMs: T }),
      ),
      { step: 'remove', kid: 'older', atMs: T + 5 + ROLLBACK_MS },
    ],
    [
      'a removed key is disabled',
      rotation(
        active,
        standby({ confirmedAtMs: T }),
        key('older', 'REMOVED', { removedAtMs: T + 9, activatedAtMs: T }),
      ),
      { step: 'disable', kid: 'older', atMs: T + 9 },
    ],
  ])('%s', (_, state, expected) => {
    expect(nextStep(state, DUE_MS)).toEqual(expected);
  });

  it('is taken from its moment on, and of several the one that callers need most comes first', () => {
    const proven = rotation(
      active,
      standby({ confirmedAtMs: T, provenAtMs: DUE_MS }),
      key('older', 'REMOVED', { removedAtMs: T, activatedAtMs: T }),
    );
    expect(dueStep(proven, DUE_MS - 1)).toMatchObject({ step: 'disable', kid: 'older' });
    expect(dueStep(proven, DUE_MS)).toMatchObject({ step: 'activate', kid: 'new' });
  });
});

describe('a policy activates a key', () => {
  const proven = rotation(active, standby({ confirmedAtMs: T, provenAtMs: DUE_MS }));
  it.each<[string, Rotation, number, boolean]>([
    ['when all is done', proven, DUE_MS, true],
    ['while the proof is young', proven, DUE_MS + PROOF_LIFE_MS, true],
    ['not once the proof is old', proven, DUE_MS + PROOF_LIFE_MS + 1, false],
    ['not before the active key is due', proven, DUE_MS - 1, false],
    [
      'not before the cache of API Management has ended, proven or not',
      rotation(active, standby({ publishedAtMs: DUE_MS, confirmedAtMs: DUE_MS, provenAtMs: DUE_MS })),
      DUE_MS + WAIT_MS - 1,
      false,
    ],
    ['not without a proof', rotation(active, standby({ confirmedAtMs: T })), DUE_MS, false],
    ['not without a confirmation', rotation(active, standby({ provenAtMs: DUE_MS })), DUE_MS, false],
  ])('%s', (_, state, nowMs, isAllowed) => {
    expect(mayActivate(state, 'new', nowMs)).toBe(isAllowed);
  });
});

describe('keys fall due', () => {
  const due = (ownerId: string, activatedAtMs: number, policyAtMs: number) =>
    rotationDueMs({ ownerId, everyDays: 90, policyAtMs }, activatedAtMs);
  const owners = Array.from({ length: 2_000 }, (_, n) => `owner-${n}`);

  it('within the interval, and no more than a tenth of it early', () => {
    for (const owner of owners) {
      const days = (due(owner, T, T - 400 * DAY_MS) - T) / DAY_MS;
      expect(days).toBeGreaterThanOrEqual(81);
      expect(days).toBeLessThanOrEqual(90);
    }
  });

  it.each([
    ['that were activated together', T, T - 400 * DAY_MS],
    ['that are long overdue when the policy is set', T - 500 * DAY_MS, T],
  ])('spread, if they are keys %s', (_, activatedAtMs, policyAtMs) => {
    const perHour = new Map<number, number>();
    for (const owner of owners) {
      const hour = Math.floor(due(owner, activatedAtMs, policyAtMs) / 3_600_000);
      perHour.set(hour, (perHour.get(hour) ?? 0) + 1);
    }
    // 2,000 over nine days are nine in an hour.
    expect(Math.max(...perHour.values())).toBeLessThan(40);
  });
});

it.each([
  ['create', 1, MINUTE_MS],
  ['create', 3, 4 * MINUTE_MS],
  ['create', 50, 60 * MINUTE_MS],
  ['prove', 1, 10 * MINUTE_MS],
  ['prove', 50, 60 * MINUTE_MS],
] as const)('%s is tried again after failure %i', (step, failures, pauseMs) => {
  expect(pauseAfterFailureMs(step, failures)).toBe(pauseMs);
});
