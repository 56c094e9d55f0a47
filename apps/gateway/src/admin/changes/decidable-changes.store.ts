import { decisionRefusal } from '@gatehouse/domain/governance/change-decision';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { requestedOf } from './changes.view.js';

/** Of the changes that wait, the newest. */
const MOST_READ = 500;

/** The changes that wait for one person, by the rule that an approval itself is decided by. */
@Injectable()
export class DecidableChanges {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Their ids, the newest first. */
  async of(acting: Acting): Promise<string[]> {
    if (reachOf(acting, 'change.decide') === null) return [];
    const nowMs = this.now();
    const rows = await this.db.pendingChange.findMany({
      where: { state: 'pending', expiresAt: { gt: new Date(nowMs) } },
      omit: { payloadSealed: true, diff: true },
      include: { requester: { select: { email: true } } },
      orderBy: { requestedAt: 'desc' },
      take: MOST_READ,
    });
    const email = acting.session?.staff.email ?? null;
    return rows
      .filter(
        ({ requester, ...row }) =>
          decisionRefusal(
            requestedOf({ ...row, diff: null }, requester?.email ?? null),
            { ...acting, email },
            nowMs,
          ) === null,
      )
      .map(({ id }) => id);
  }
}
