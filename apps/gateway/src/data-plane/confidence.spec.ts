import { describe, expect, it } from 'vitest';
import type { GatewayError } from '@gatehouse/domain/errors';
import { requireConfidence } from './confidence.js';
import type { PlaneDeps } from './deps.js';

const deps = (over: {
  available?: boolean;
  lease?: boolean;
  ageMs?: number;
  skewMs?: number | null;
}): PlaneDeps =>
  ({
    audit: { available: () => over.available ?? true, leaseHeld: () => over.lease ?? true },
    registry: { age: () => over.ageMs ?? 0 },
    snapshotMaxAgeMs: 5_000,
    clockFault: () => over.skewMs ?? null,
  }) as unknown as PlaneDeps;

describe('nothing is signed or sent without', () => {
  it.each([
    ['a trail that takes writes', { available: false }, 'GW_AUDIT_UNAVAILABLE'],
    ['a lease on its chain', { lease: false }, 'GW_AUDIT_UNAVAILABLE'],
    ['a registry known to be current', { ageMs: 5_001 }, 'GW_REGISTRY_STALE'],
    ['a true clock', { skewMs: 31_000 }, 'GW_CLOCK'],
    ['all of them', { ageMs: 5_000 }, 'passed'],
  ])('%s', (_, over, expected) => {
    let code = 'passed';
    try {
      requireConfidence(deps(over));
    } catch (error) {
      code = (error as GatewayError).code;
    }
    expect(code).toBe(expected);
  });
});
