import { WORKLIST_FETCHES_PER_DAY } from '@gatehouse/domain/ers/worklist';
import { londonDay } from '@gatehouse/domain/governance/london-day';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';

const MOST = 10;

/** Applications for which no worklist of some service can be fetched again today. */
@Injectable()
export class WorklistsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async usedUp(reach: Reach) {
    const counts = await this.db.worklistUse.groupBy({
      by: ['applicationId'],
      where: {
        day: new Date(londonDay(this.now())),
        uses: { gte: WORKLIST_FETCHES_PER_DAY },
        application: ownedWithin(reach),
      },
      _count: true,
      orderBy: [{ _count: { serviceId: 'desc' } }, { applicationId: 'asc' }],
      take: MOST,
    });
    const rows = await this.db.application.findMany({
      where: { id: { in: counts.map(({ applicationId }) => applicationId) } },
      include: WHOLE_APPLICATION,
    });
    const names = new Map(rows.map((row) => [row.id, nameOf(row)]));
    return counts.flatMap(({ applicationId, _count: services }) => {
      const application = names.get(applicationId);
      return application === undefined ? [] : [{ applicationId, application, services }];
    });
  }
}
