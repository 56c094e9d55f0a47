/** The last stage before anything is spent: may Gatehouse act at all right now, and has this application a turn? */
import { GatewayError } from '@gatehouse/domain/errors';
import { londonDay, secondsLeftInLondonDay } from '@gatehouse/domain/governance/london-day';
import type { Admitted } from './admit.js';
import type { Answer } from './attempts.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';

/** Runs a call and gives an allowance back that it took and did not use. */
export type Spend = (call: () => Promise<Answer>) => Promise<Answer>;

/**
 * @returns how to run the call: a worklist fetch that brings nothing is not counted against the day
 * @throws GW_AUDIT_UNAVAILABLE, GW_REGISTRY_STALE, GW_CLOCK, GW_WORKLIST_ALLOWANCE
 */
export async function authorise(deps: PlaneDeps, route: Route, admitted: Admitted): Promise<Spend> {
  requireConfidence(deps);
  const service = admitted.worklistService;
  if (service === null) return (call) => call();
  const { id } = route.plan.binding.application;
  const day = londonDay(deps.clock.now());
  if (!(await deps.allowance.take(id, service, day))) {
    throw new GatewayError('GW_WORKLIST_ALLOWANCE', {
      retryAfterS: secondsLeftInLondonDay(deps.clock.now()),
    });
  }
  return async (call) => {
    let brought = false;
    try {
      const answer = await call();
      brought = answer.status < 400;
      return answer;
    } finally {
      if (!brought) {
        await deps.allowance.giveBack(id, service, day).catch((error: unknown) => {
          deps.log.warn({ err: error }, 'a worklist allowance was not given back');
        });
      }
    }
  };
}

/** Without a working trail, a registry known to be current and a true clock, nothing is signed and nothing sent. */
export function requireConfidence(deps: PlaneDeps): void {
  if (!deps.audit.available() || !deps.audit.leaseHeld()) throw new GatewayError('GW_AUDIT_UNAVAILABLE');
  if (deps.registry.age() > deps.snapshotMaxAgeMs) throw new GatewayError('GW_REGISTRY_STALE');
  const skewMs = deps.clockFault();
  if (skewMs !== null) throw new GatewayError('GW_CLOCK', { detail: `skew ${skewMs} ms` });
}
