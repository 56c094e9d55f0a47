/** Checks that Gatehouse may act right now, and takes a worklist fetch from the day's allowance. */
import { GatewayError } from '@gatehouse/domain/errors';
import { londonDay, secondsLeftInLondonDay } from '@gatehouse/domain/governance/london-day';
import type { Admitted } from './admit.js';
import type { ReleasableAnswer } from './attempt/attempt.js';
import { requireConfidence } from './confidence.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';

export interface Allowance {
  /** Makes the call. A worklist that could not be fetched does not count towards the day's allowance. */
  spend(call: () => Promise<ReleasableAnswer>): Promise<ReleasableAnswer>;
}

const UNLIMITED: Allowance = { spend: (call) => call() };

/** @throws GW_OVERLOAD, GW_AUDIT_UNAVAILABLE, GW_REGISTRY_STALE, GW_CLOCK, GW_WORKLIST_ALLOWANCE */
export async function authorise(deps: PlaneDeps, route: Route, admitted: Admitted): Promise<Allowance> {
  const lagMs = deps.lagFault();
  if (lagMs !== null) throw new GatewayError('GW_OVERLOAD', { detail: `the event loop is ${lagMs} ms late` });
  requireConfidence(deps);
  const service = admitted.worklistService;
  if (service === null) return UNLIMITED;
  const { id } = route.plan.binding.application;
  const day = londonDay(deps.clock.now());
  if (!(await deps.allowance.take(id, service, day))) {
    throw new GatewayError('GW_WORKLIST_ALLOWANCE', {
      retryAfterS: secondsLeftInLondonDay(deps.clock.now()),
    });
  }
  return {
    async spend(call) {
      let fetched = false;
      try {
        const answer = await call();
        fetched = answer.status < 400;
        return answer;
      } finally {
        if (!fetched) {
          await deps.allowance.giveBack(id, service, day).catch((error: unknown) => {
            deps.log.warn({ err: error }, 'a worklist allowance was not given back');
          });
        }
      }
    },
  };
}
