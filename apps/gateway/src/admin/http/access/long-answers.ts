import type { IncomingMessage } from 'node:http';
import { type Permission, type Reach, reachOf } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../../injected.js';
import { Principals } from './principals.js';
import { AdminProblem } from '../problem.js';

const CHECK_MS = 5_000;

/** Ends answers that go on for long once the caller may no longer have them. */
@Injectable()
export class LongAnswers {
  constructor(
    @Inject(Principals) private readonly principals: Principals,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Aborts once the caller has signed out, is suspended, or has another role. A session that is used in this way is
   * not idle.
   */
  whileAllowed(
    request: IncomingMessage,
    permission: Permission,
    reach: Reach,
  ): { readonly signal: AbortSignal; readonly stop: () => void } {
    const ended = new AbortController();
    const timer = setInterval(() => {
      void this.isAllowed(request, permission, reach).then((allowed) => {
        if (!allowed) ended.abort();
      });
    }, CHECK_MS);
    return {
      signal: ended.signal,
      stop: () => {
        clearInterval(timer);
      },
    };
  }

  private async isAllowed(request: IncomingMessage, permission: Permission, reach: Reach): Promise<boolean> {
    try {
      const current = reachOf(await this.principals.find(request), permission);
      return current !== null && isSameReach(current, reach);
    } catch (error) {
      if (!(error instanceof AdminProblem)) this.log.error({ err: error }, 'a long answer was ended');
      return false;
    }
  }
}

function isSameReach(one: Reach, other: Reach): boolean {
  if (one === 'all' || other === 'all') return one === other;
  return one.size === other.size && [...one].every((odsCode) => other.has(odsCode));
}
