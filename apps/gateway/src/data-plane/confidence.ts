import { GatewayError } from '@gatehouse/domain/errors';
import type { PlaneDeps } from './deps.js';

/**
 * Nothing is signed and nothing is sent without a working audit trail, a registry known to be current and a true clock.
 * @throws GW_AUDIT_UNAVAILABLE, GW_REGISTRY_STALE, GW_CLOCK
 */
export function requireConfidence(deps: PlaneDeps): void {
  if (!deps.audit.available())
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'the audit trail takes no writes' });
  if (!deps.audit.leaseHeld())
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'the audit lease is lost' });
  const ageMs = Math.round(deps.registry.age());
  if (ageMs > deps.snapshotMaxAgeMs)
    throw new GatewayError('GW_REGISTRY_STALE', { detail: `not confirmed for ${ageMs} ms` });
  const skewMs = deps.clockFault();
  if (skewMs !== null) throw new GatewayError('GW_CLOCK', { detail: `skew ${skewMs} ms` });
}
