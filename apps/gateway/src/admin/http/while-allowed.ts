import type { IncomingMessage } from 'node:http';
import { type Permission, type Reach, reachOf } from '@gatehouse/domain/governance/permissions';
import type { AdminDeps } from '../deps.js';
import { findPrincipal } from './principal.store.js';
import { AdminProblem } from './problem.js';

const CHECK_MS = 5_000;

/**
 * For an answer that goes on for long: aborts once whoever asked may no longer, be it that they signed out, were
 * suspended, or have another role. A session that is used so isn't idle.
 */
export function whileAllowed(
  deps: AdminDeps,
  request: IncomingMessage,
  permission: Permission,
  reach: Reach,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const ended = new AbortController();
  const check = async (): Promise<void> => {
    try {
      const now = reachOf(await findPrincipal(deps, request), permission);
      if (now === null || !sameReach(now, reach)) ended.abort();
    } catch (error) {
      ended.abort();
      if (!(error instanceof AdminProblem)) deps.log.error({ err: error }, 'a long answer was ended');
    }
  };
  const timer = setInterval(() => void check(), CHECK_MS);
  return {
    signal: ended.signal,
    stop: () => {
      clearInterval(timer);
    },
  };
}

function sameReach(one: Reach, other: Reach): boolean {
  if (one === 'all' || other === 'all') return one === other;
  return one.size === other.size && [...one].every((odsCode) => other.has(odsCode));
}
